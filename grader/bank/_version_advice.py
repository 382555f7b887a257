"""Which version number a changed rubric should have (Semantic Versioning 2.0.0)."""

from __future__ import annotations

from enum import StrEnum

from semver import Version

from grader.types import Frozen, Rubric, Status


class Bump(StrEnum):
    """Which part of a version number goes up, least first."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class VersionAdvice(Frozen):
    """What a change asks of the version number.

    Attributes:
        needed: Which part has to go up; None for two different rubrics.
        given: Which part did go up; None if the number is the same or went down.
        suggested: The least number that would do; None for two different rubrics.
        fits: Whether the number given says what the change is.
        message: The same in a sentence, with what to do.
    """

    needed: Bump | None
    given: Bump | None
    suggested: str | None
    fits: bool
    message: str


_REASONS = {
    Bump.NONE: "Nothing that graders or candidates see has changed",
    Bump.PATCH: "Neither scores nor verdicts can change",
    Bump.MINOR: "Wording has changed that may change verdicts",
    Bump.MAJOR: "What is scored has changed",
}


def advise(old: Rubric, new: Rubric, needed: Bump) -> VersionAdvice:
    """Compare the bump that a change needs with the one it was given.

    Args:
        old: The version changed from.
        new: The version changed to.
        needed: How much its changes ask for.
    """
    if old.id != new.id:
        message = f"'{old.id}' and '{new.id}' are two rubrics, not two versions of one."
        return VersionAdvice(needed=None, given=None, suggested=None, fits=True, message=message)
    before, after = Version.parse(old.version), Version.parse(new.version)
    suggested = str(_bumped(before, needed))
    given = _given(before, after)
    fits, what = _verdict(before, after, needed, given)
    reason = f"{_REASONS[needed]}: {needed} change." if needed is not Bump.NONE else ""
    if not fits and old.version == new.version and old.status is not Status.DRAFT:
        what += f" A version once {old.status} never changes."
    return VersionAdvice(
        needed=needed,
        given=given,
        suggested=suggested,
        fits=fits,
        message=" ".join(part for part in (reason or f"{_REASONS[needed]}.", what) if part),
    )


def _verdict(before: Version, after: Version, needed: Bump, given: Bump | None) -> tuple[bool, str]:
    suggested = _bumped(before, needed)
    if after < before:
        return False, f"The number goes down from {before} to {after}; are the two swapped?"
    if needed is Bump.NONE:
        same = after == before
        return same, f"{before} {'stays' if same else f'would do; nothing calls for {after}'}."
    if given is None:
        return False, f"Both are called {before}; call the new one {suggested}."
    excess = list(Bump).index(given) - list(Bump).index(needed)
    if excess < 0:
        return False, f"{after} does not show that; call it {suggested}."
    if excess > 0 and not _is_unstable(before):
        return False, f"{after} promises more than that; {suggested} would do."
    return True, f"{after} fits."


def _given(before: Version, after: Version) -> Bump | None:
    if after <= before:
        return None
    if after.major != before.major:
        return Bump.MAJOR
    if after.minor != before.minor:
        return Bump.MAJOR if before.major == 0 else Bump.MINOR
    if after.patch != before.patch:
        return Bump.PATCH
    # From a prerelease to a later one or to the release itself: nothing was promised before.
    return Bump.MAJOR


def _is_unstable(version: Version) -> bool:
    return version.major == 0 or version.prerelease is not None


def _bumped(version: Version, bump: Bump) -> Version:
    if bump is Bump.NONE:
        return version
    if version.prerelease is not None:
        return version.finalize_version()
    if bump is Bump.MAJOR and version.major > 0:
        return version.bump_major()
    return version.bump_patch() if bump is Bump.PATCH else version.bump_minor()
