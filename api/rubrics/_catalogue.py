"""What rubrics a tenant has: its own, and those of the shared bank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from semver import Version
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import RubricVersionRow, RubricVersions
from api.rubrics._errors import RubricIsDraft
from grader.bank import Bank
from grader.errors import RubricNotFound
from grader.types import Kind, Level, Rubric, Status

_READ_AT_ONCE = 100


class Owner(StrEnum):
    """Whose a rubric version is.

    Attributes:
        BANK: Shared by all tenants, and changed by none.
        TENANT: The caller's own.
    """

    BANK = "bank"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, and what is recorded of it.

    Attributes:
        row: None for one of the shared bank.
    """

    rubric: Rubric
    row: RubricVersionRow | None = None

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return Owner.BANK if self.row is None else Owner.TENANT


@dataclass(frozen=True, slots=True)
class RubricFilter:
    """Which rubrics to list; None for no matter.

    Attributes:
        status: For each id the newest version that stands so.
        text: Found in the id, the question or a topic, in upper or lower case.
    """

    status: Status = Status.PUBLISHED
    topic: str | None = None
    level: Level | None = None
    kind: Kind | None = None
    owner: Owner | None = None
    text: str | None = None

    def admits(self, rubric: Rubric) -> bool:
        """Tell whether a rubric is among those wanted, its status and owner aside."""
        return (
            (self.topic is None or self.topic in rubric.topics)
            and (self.level is None or rubric.level is self.level)
            and (self.kind is None or rubric.kind is self.kind)
            and (self.text is None or _mentions(rubric, self.text))
        )


class Catalogue:
    """The rubrics that one tenant sees; its own version of an id goes before the bank's."""

    def __init__(self, session: AsyncSession, tenant_id: str, bank: Bank) -> None:
        """Look in `session` for one tenant's."""
        self._own = RubricVersions(session, tenant_id)
        self._bank = bank

    async def find(self, rubric_id: str, version: str | None = None) -> Entry:
        """Find a version, whatever its status.

        Args:
            rubric_id: Its id.
            version: Its number; by default the newest that the tenant published, or else the bank's.

        Raises:
            RubricNotFound: There is none that the tenant may see.
        """
        own = await self._own.statuses(rubric_id)
        chosen = version or _newest(v for v, s in own.items() if s is Status.PUBLISHED)
        if chosen is not None and chosen in own:
            row = await self._own.get(rubric_id, chosen)
            if row is not None:
                return Entry(row.rubric(), row)
        try:
            return Entry(self._bank.get(rubric_id, version))
        except RubricNotFound:
            if not own:
                raise
        raise RubricNotFound(_complaint(rubric_id, version, own))

    async def gradable(self, rubric_id: str, version: str | None = None) -> Rubric:
        """Find a version that answers may be graded by: one that is, or was, published.

        Raises:
            RubricNotFound: There is none; as for `find`.
            RubricIsDraft: The version was never published.
        """
        entry = await self.find(rubric_id, version)
        if entry.rubric.status is Status.DRAFT and entry.row is not None:
            raise RubricIsDraft(
                f"rubric '{rubric_id}' {version} is a draft; publish it to grade by it"
            )
        return entry.rubric

    async def versions(self, rubric_id: str) -> list[Entry]:
        """Return every version of a rubric, newest first.

        Raises:
            RubricNotFound: There is no rubric of this id that the tenant may see.
        """
        numbers = await self._own.statuses(rubric_id)
        rows = await self._own.several([(rubric_id, number) for number in numbers])
        found = {row.version: Entry(row.rubric(), row) for row in rows.values()}
        for rubric in self._bank.all_versions():
            if rubric.id == rubric_id and rubric.status is not Status.DRAFT:
                found.setdefault(rubric.version, Entry(rubric))
        if not found:
            self._bank.get(rubric_id)  # says what there is instead
            raise RubricNotFound(f"there is no rubric '{rubric_id[:80]}'")
        return [found[version] for version in sorted(found, key=Version.parse, reverse=True)]

    async def page(self, wanted: RubricFilter, *, after: str, limit: int) -> list[Entry]:
        """Return rubrics by id, one version of each.

        Args:
            wanted: Which.
            after: Only ids that sort behind this one.
            limit: At most so many.
        """
        own = await self._own.newest(wanted.status) if wanted.owner is not Owner.BANK else {}
        shared = self._shared(wanted.status) if wanted.owner is not Owner.TENANT else {}
        ids = sorted(rubric_id for rubric_id in {*own, *shared} if rubric_id > after)
        found: list[Entry] = []
        for start in range(0, len(ids), _READ_AT_ONCE):
            some = ids[start : start + _READ_AT_ONCE]
            rows = await self._own.several([(name, own[name]) for name in some if name in own])
            for name in some:
                row = rows.get((name, own.get(name, "")))
                rubric = row.rubric() if row else shared.get(name)
                # One's own may have been deleted since its number was read.
                if rubric is not None and wanted.admits(rubric):
                    found.append(Entry(rubric, row))
            if len(found) >= limit:
                break
        return found[:limit]

    def _shared(self, status: Status) -> Mapping[str, Rubric]:
        if status is Status.PUBLISHED:
            return {rubric.id: rubric for rubric in self._bank}
        if status is Status.DRAFT:  # of those who look after the bank
            return {}
        # The versions of an id come in ascending order.
        return {r.id: r for r in self._bank.all_versions() if r.status is status}


def _newest(versions: Iterable[str]) -> str | None:
    return max(versions, key=Version.parse, default=None)


def _mentions(rubric: Rubric, text: str) -> bool:
    sought = text.casefold()
    return any(sought in each.casefold() for each in (rubric.id, rubric.question, *rubric.topics))


def _complaint(rubric_id: str, version: str | None, own: Mapping[str, Status]) -> str:
    listed = ", ".join(f"{v} ({own[v]})" for v in sorted(own, key=Version.parse))
    wanted = f"version {version[:80]}" if version else "published version"
    return f"rubric '{rubric_id}' has no {wanted}; it has {listed}"
