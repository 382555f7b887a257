"""What an author does with rubric versions: draft, publish, retire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from semver import Version
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.deliveries import EventType, announce
from api.errors import NotFound
from api.records import AuditLog, RubricVersionRow, RubricVersions, new_id, now
from api.rubrics._candidate import Candidate, last_published
from api.rubrics._catalogue import Entry
from api.rubrics._errors import (
    ChangedMeanwhile,
    RubricIdTaken,
    RubricNotPublishable,
    VersionExists,
    VersionIsFinal,
    VersionNotGreater,
)
from api.rubrics._target import Target, check_unchanged
from grader.bank import Bank
from grader.errors import RubricNotFound
from grader.types import Rubric, Status


class RubricAuthor:
    """One caller's changes to its tenant's rubrics, in one transaction that writes.

    Each change goes into the audit log. Whoever changes a version holds all versions of its rubric
    until the transaction ends, so that of two who publish one version, the second finds it
    published.
    """

    def __init__(self, session: AsyncSession, caller: Caller, bank: Bank) -> None:
        """Work in `session` on behalf of `caller`."""
        self._session = session
        self._caller = caller
        self._bank = bank
        self._own = RubricVersions(session, caller.tenant_id)
        self._audit = AuditLog(session, caller.tenant_id)

    async def create(self, rubric: Rubric, *, fork_of: str | None = None) -> Entry:
        """Add a draft.

        Args:
            rubric: Of an id of the tenant's own, or of one of the shared bank that it has forked.
            fork_of: The bank's version of the same id that this is a fork of.

        Raises:
            RubricIdTaken: The id is the bank's, and this is no fork of it.
            RubricNotFound: The bank has no such version to fork.
            VersionExists: The tenant, or the bank, has a version of this number.
        """
        own = await self._own.lock(rubric.id)
        row = self._new_row(rubric, self._forked_from(rubric, own, fork_of))
        if not await self._own.add(row):
            raise VersionExists(
                f"there is a version {rubric.version} of '{rubric.id}' already; replace it with PUT "
                "if it is a draft, or give this one another number"
            )
        return self._noted("created", row)

    async def create_all(self, rubrics: Iterable[Rubric], *, replace: bool) -> list[Entry]:
        """Add drafts, all or none.

        Args:
            rubrics: As for `create`.
            replace: Whether they take the place of drafts with their ids and numbers.

        Raises:
            RubricIdTaken: As for `create`; so is what follows.
            VersionExists: One is there, and is no draft or may not be replaced.
        """
        entries = []
        # In one order, so that no two wait for each other.
        for rubric in sorted(rubrics, key=lambda each: (each.id, each.version)):
            own = await self._own.lock(rubric.id) if replace else ()
            held = _picked(own, rubric.version)
            if held is not None and held.status is Status.DRAFT:
                entries.append(self._replaced(held, rubric))
            else:
                entries.append(await self.create(rubric))
        return entries

    async def replace(self, target: Target, rubric: Rubric) -> Entry:
        """Put another text in the place of a draft.

        Args:
            target: The draft.
            rubric: Of the same id and number.

        Raises:
            NotFound: The tenant has no such version.
            RubricIdTaken: It is the shared bank's.
            ChangedMeanwhile: It is not in the state that the target is aimed at.
            VersionIsFinal: It is no draft any more.
        """
        own = await self._own.lock(target.rubric_id)
        row = self._meant(own, target)
        _check_draft(row, "give the changed text a new version")
        return self._replaced(row, rubric)

    async def delete(self, target: Target) -> None:
        """Delete a draft; raises what `replace` does."""
        own = await self._own.lock(target.rubric_id)
        row = self._meant(own, target)
        _check_draft(row, "it is kept for the grades made under it")
        await self._own.delete(row)
        self._noted("deleted", row)

    async def draft(self, target: Target) -> tuple[Rubric, Rubric | None]:
        """Return a draft that may become a candidate, and what it follows; raises as `replace`."""
        own = await self._own.lock(target.rubric_id)
        row = self._meant(own, target)
        _check_draft(row, "publish a new version instead")
        return row.rubric(), last_published(own, self._bank, row)

    async def publish(self, target: Target, candidate: Candidate) -> Entry:
        """Make a draft final, and what answers are graded by.

        Args:
            target: The draft; what `replace` raises is raised here, too.
            candidate: What it was when it was examined, before the transaction.

        Raises:
            ChangedMeanwhile: It is not what was examined either.
            RubricNotPublishable: The lint found errors in it.
            VersionNotGreater: One with a number that is not less was published.
        """
        rubric = candidate.rubric
        own = await self._own.lock(target.rubric_id)
        row = self._meant(own, target)
        _check_draft(row, "publish a new version instead")
        if row.sha256 != rubric.sha256:
            raise ChangedMeanwhile(
                f"'{rubric.id}' {rubric.version} was changed while it was examined; look at it, and "
                "publish it again"
            )
        if errors := candidate.errors:
            listed = "; ".join(str(error) for error in errors)
            raise RubricNotPublishable(f"mend this first: {listed}", errors)
        before = last_published(own, self._bank, row)
        if before and Version.parse(rubric.version) <= Version.parse(before.version):
            raise VersionNotGreater(
                f"'{rubric.id}' {before.version} is published, and {rubric.version} is not greater; "
                f"POST the draft under a number that is. {candidate.advice_text}".rstrip()
            )
        row.status, row.published_at = Status.PUBLISHED, _touched(row)
        told = {"id": row.rubric_id, **_identity(row)}
        announce(self._session, self._caller.tenant_id, EventType.RUBRIC_PUBLISHED, told)
        return self._noted("published", row)

    async def retire(self, target: Target) -> Entry:
        """Take a published version out of use; answers can still be graded by it if it is named.

        Raises what `replace` does; here `VersionIsFinal` means that it is not published.
        """
        own = await self._own.lock(target.rubric_id)
        row = self._meant(own, target)
        if row.status is not Status.PUBLISHED:
            what = "a draft; delete it instead" if row.status is Status.DRAFT else "retired already"
            raise VersionIsFinal(f"'{row.rubric_id}' {row.version} is {what}")
        row.status, row.retired_at = Status.RETIRED, _touched(row)
        return self._noted("retired", row)

    def _forked_from(
        self, rubric: Rubric, own: Sequence[RubricVersionRow], fork_of: str | None
    ) -> str | None:
        """Return which version of the bank's a new draft goes back to."""
        shared = [
            each.version
            for each in self._bank.all_versions()
            if each.id == rubric.id and each.status is not Status.DRAFT
        ]
        if rubric.version in shared:
            raise VersionExists(
                f"the shared bank has a version {rubric.version} of '{rubric.id}'; a version of your "
                "own needs another number"
            )
        if fork_of is not None:
            return self._bank.get(rubric.id, fork_of).version
        if shared and not own:
            raise RubricIdTaken(
                f"'{rubric.id}' is a rubric of the shared bank; choose another id, or make it a fork "
                f"that your answers are graded by instead, with ?fork_of={shared[-1]}"
            )
        forks = (row.forked_from for row in own if row.forked_from)
        return max(forks, key=Version.parse, default=None)

    def _new_row(self, rubric: Rubric, forked_from: str | None) -> RubricVersionRow:
        moment = now()
        return RubricVersionRow(
            id=new_id("rbv"),
            tenant_id=self._caller.tenant_id,
            rubric_id=rubric.id,
            version=rubric.version,
            status=Status.DRAFT,
            forked_from=forked_from,
            created_at=moment,
            updated_at=moment,
            created_by=self._caller.key_id,
            **_content(rubric),
        )

    def _replaced(self, row: RubricVersionRow, rubric: Rubric) -> Entry:
        for name, value in _content(rubric).items():
            setattr(row, name, value)
        _touched(row)
        return self._noted("replaced", row)

    def _meant(self, own: Sequence[RubricVersionRow], target: Target) -> RubricVersionRow:
        rubric_id, version = target.rubric_id, target.version
        row = _picked(own, version)
        if row is not None:
            check_unchanged(Entry(row.rubric(), row), target.if_match)
            return row
        try:
            self._bank.get(rubric_id, version)
        except RubricNotFound:
            raise NotFound(
                f"you have no version '{version[:80]}' of a rubric '{rubric_id[:80]}'; POST "
                "/v1/rubrics makes one"
            ) from None
        raise RubricIdTaken(
            f"'{rubric_id}' {version} is a rubric of the shared bank, which nobody changes here; "
            f"make a fork of it with POST /v1/rubrics?fork_of={version}"
        )

    def _noted(self, what: str, row: RubricVersionRow) -> Entry:
        details = _identity(row)
        self._audit.add(f"rubric.{what}", row.rubric_id, actor=self._caller.actor, details=details)
        return Entry(row.rubric(), row)


def _picked(own: Sequence[RubricVersionRow], version: str) -> RubricVersionRow | None:
    return next((row for row in own if row.version == version), None)


def _check_draft(row: RubricVersionRow, instead: str) -> None:
    if row.status is not Status.DRAFT:
        raise VersionIsFinal(
            f"'{row.rubric_id}' {row.version} is {row.status} and never changes; {instead}"
        )


def _touched(row: RubricVersionRow) -> datetime:
    row.updated_at = now()
    return row.updated_at


def _content(rubric: Rubric) -> dict[str, Any]:
    return {
        "sha256": rubric.sha256,
        "structure_sha256": rubric.structure_sha256,
        "document": rubric.model_dump(mode="json", exclude={"status"}),
    }


def _identity(row: RubricVersionRow) -> dict[str, str]:
    return {
        "version": row.version,
        "sha256": row.sha256,
        "structure_sha256": row.structure_sha256,
    }
