"""What changed between two versions of a rubric, and what that means for their grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from grader.bank._comparability import Comparability, compare_structures
from grader.bank._version_advice import Bump, VersionAdvice, advise
from grader.bank._word_diff import WordDiff, alike, word_diff
from grader.types import Frozen, Mistake, Option, Point, Rubric, RubricRef, WorkedExample

# A point removed and a point added are one under a new id if their claims share so many words.
_RENAMED = 0.8


class Change(StrEnum):
    """What became of a part of the rubric."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


class FieldChange(Frozen):
    """One field that differs.

    Attributes:
        field: Its name.
        old: Its value before; None for a list.
        new: Its value now; None for a list.
        removed: Entries that a list no longer has.
        added: Entries that a list did not have.
    """

    field: str
    old: Any = None
    new: Any = None
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


class EntryChange(Frozen):
    """One point, mistake, follow-up, option or example that differs.

    Attributes:
        part: The list it belongs to, such as `points`.
        id: Its id, the new one if it was renamed; the position of an example, counted from 1.
        change: What became of it.
        old_id: Its id before; None unless it was renamed.
        fields: What differs within it; for one added or removed, what it holds.
    """

    part: str
    id: str
    change: Change
    old_id: str | None = None
    fields: tuple[FieldChange, ...] = ()


class RubricDiff(Frozen):
    """All that differs between two versions.

    Attributes:
        old: The version compared from.
        new: The version compared to.
        fields: Fields of the rubric itself, its reference answer aside.
        reference_answer: How far the reference answers differ; None if they do not.
        entries: Points, mistakes, follow-ups, options and examples that differ.
        comparability: Whether grades under the two can be compared.
        version: What the change asks of the version number.
    """

    old: RubricRef
    new: RubricRef
    fields: tuple[FieldChange, ...]
    reference_answer: WordDiff | None
    entries: tuple[EntryChange, ...]
    comparability: Comparability
    version: VersionAdvice

    @property
    def is_empty(self) -> bool:
        """Whether the two are the same in everything, number and status included."""
        nothing = not self.fields and not self.entries and self.reference_answer is None
        return nothing and (self.old.id, self.old.version) == (self.new.id, self.new.version)


# How much of a version number a change takes: major for what changes a score that the same verdicts
# give, minor for wording that may change verdicts, patch for what only people and follow-ups use.
_OWN_FIELDS = {
    "status": Bump.NONE,
    "question": Bump.MINOR,
    "kind": Bump.MINOR,
    "level": Bump.PATCH,
    "topics": Bump.PATCH,
    "reference": Bump.PATCH,
    "vocabulary": Bump.PATCH,
}
_ENTRY_FIELDS: Mapping[str, Mapping[str, Bump]] = {
    "points": {
        "claim": Bump.MINOR,
        "weight": Bump.MAJOR,
        "required": Bump.MAJOR,
        "accept": Bump.MINOR,
        "reject": Bump.MINOR,
    },
    "mistakes": {
        "claim": Bump.MINOR,
        "penalty": Bump.MAJOR,
        "severity": Bump.PATCH,
        "correction": Bump.MINOR,
    },
    "follow_ups": {"ask": Bump.PATCH, "targets": Bump.PATCH, "style": Bump.PATCH},
    "options": {"text": Bump.MINOR, "correct": Bump.MAJOR, "explanation": Bump.PATCH},
    "examples": {
        "answer": Bump.PATCH,
        "points": Bump.PATCH,
        "mistakes": Bump.PATCH,
        "rater": Bump.PATCH,
    },
}
_WHOLE_ENTRY = {
    "points": Bump.MAJOR,
    "mistakes": Bump.MAJOR,
    "options": Bump.MAJOR,
    "follow_ups": Bump.PATCH,
    "examples": Bump.PATCH,
}
_ORDER = "order"


def diff_rubrics(old: Rubric, new: Rubric) -> RubricDiff:
    """Compare two versions of a rubric; two different rubrics can be compared as well."""
    fields = tuple(_own_fields(old, new))
    entries = tuple(change for part in _ENTRY_FIELDS for change in _entries(part, old, new))
    answers_differ = old.reference_answer.split() != new.reference_answer.split()
    reference = word_diff(old.reference_answer, new.reference_answer) if answers_differ else None
    bumps = [
        *(_OWN_FIELDS.get(change.field, Bump.PATCH) for change in fields),
        *(_bump(change) for change in entries),
        *([Bump.MINOR] if reference else []),
    ]
    return RubricDiff(
        old=_ref(old),
        new=_ref(new),
        fields=fields,
        reference_answer=reference,
        entries=entries,
        comparability=compare_structures(old, new, _renamed(entries)),
        version=advise(old, new, max(bumps, default=Bump.NONE, key=list(Bump).index)),
    )


def _ref(rubric: Rubric) -> RubricRef:
    return RubricRef(
        id=rubric.id,
        version=rubric.version,
        sha256=rubric.sha256,
        structure_sha256=rubric.structure_sha256,
    )


def _bump(change: EntryChange) -> Bump:
    if change.change is not Change.CHANGED:
        return _WHOLE_ENTRY[change.part]
    found = [_ENTRY_FIELDS[change.part].get(f.field, Bump.PATCH) for f in change.fields]
    return max(found, key=list(Bump).index)


def _renamed(entries: Sequence[EntryChange]) -> dict[str, str]:
    return {e.id: e.old_id for e in entries if e.part == "points" and e.old_id is not None}


def _own_fields(old: Rubric, new: Rubric) -> Iterator[FieldChange]:
    for name in _OWN_FIELDS:
        yield from _field(name, getattr(old, name), getattr(new, name))
    for part in _ENTRY_FIELDS:
        before, after = ([e.id for e in getattr(r, part) if hasattr(e, "id")] for r in (old, new))
        if before != after and sorted(before) == sorted(after):
            yield FieldChange(field=f"{_ORDER} of {part}", old=tuple(before), new=tuple(after))


def _field(name: str, old: Any, new: Any) -> Iterator[FieldChange]:
    if old == new:
        return
    if isinstance(old, Mapping):
        old, new = _labels(old), _labels(new)
    if not isinstance(old, tuple):
        yield FieldChange(field=name, old=old, new=new)
        return
    removed = tuple(entry for entry in old if entry not in new)
    added = tuple(entry for entry in new if entry not in old)
    if removed or added:
        yield FieldChange(field=name, removed=removed, added=added)
    else:
        yield FieldChange(field=f"{_ORDER} of {name}", old=old, new=new)


def _labels(verdicts: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name}: {str(verdict).lower()}" for name, verdict in verdicts.items())


def _entries(part: str, old: Rubric, new: Rubric) -> Iterator[EntryChange]:
    if part == "examples":
        before, after = _by_number(old.examples, new.examples)
    else:
        before, after = _by_id(getattr(old, part)), _by_id(getattr(new, part))
    gone = {name: entry for name, entry in before.items() if name not in after}
    for name, entry in after.items():
        if name in before:
            if fields := tuple(_entry_fields(part, before[name], entry)):
                yield EntryChange(part=part, id=name, change=Change.CHANGED, fields=fields)
        elif (former := _former(entry, gone)) is not None:
            fields = tuple(_entry_fields(part, gone.pop(former), entry))
            yield EntryChange(
                part=part, id=name, change=Change.RENAMED, old_id=former, fields=fields
            )
        else:
            fields = tuple(_contents(part, entry, Change.ADDED))
            yield EntryChange(part=part, id=name, change=Change.ADDED, fields=fields)
    for name, entry in gone.items():
        fields = tuple(_contents(part, entry, Change.REMOVED))
        yield EntryChange(part=part, id=name, change=Change.REMOVED, fields=fields)


def _by_id(entries: Sequence[Any]) -> dict[str, Frozen]:
    return {entry.id: entry for entry in entries}


def _by_number(
    old: Sequence[WorkedExample], new: Sequence[WorkedExample]
) -> tuple[dict[str, Frozen], dict[str, Frozen]]:
    """Give examples numbers: those of the old version, also to the same answers in the new one."""
    numbers = {example.answer: n for n, example in enumerate(old, start=1)}
    taken = {numbers[example.answer] for example in new if example.answer in numbers}
    free = iter(n for n in range(1, len(old) + len(new) + 1) if n not in taken)
    after = {str(numbers.get(e.answer) or next(free)): e for e in new}
    return {str(n): e for n, e in enumerate(old, start=1)}, dict(after)


def _entry_fields(part: str, old: Frozen, new: Frozen) -> Iterator[FieldChange]:
    for name in _ENTRY_FIELDS[part]:
        yield from _field(name, getattr(old, name), getattr(new, name))


def _contents(part: str, entry: Frozen, change: Change) -> Iterator[FieldChange]:
    for name in _ENTRY_FIELDS[part]:
        value = getattr(entry, name)
        value = _labels(value) if isinstance(value, Mapping) else value
        if isinstance(value, tuple):
            if value:
                yield FieldChange(field=name, **{change.value: value})
        elif change is Change.ADDED:
            yield FieldChange(field=name, new=value)
        else:
            yield FieldChange(field=name, old=value)


def _former(entry: Frozen, gone: Mapping[str, Frozen]) -> str | None:
    """Find which of the entries that are gone this one is, under another id."""
    shares = {name: alike(_wording(other), _wording(entry)) for name, other in gone.items()}
    nearest = max(shares, key=lambda name: shares[name], default=None)
    return nearest if nearest is not None and shares[nearest] >= _RENAMED else None


def _wording(entry: Frozen) -> str:
    if isinstance(entry, Point | Mistake):
        return entry.claim
    return entry.text if isinstance(entry, Option) else str(getattr(entry, "ask", ""))
