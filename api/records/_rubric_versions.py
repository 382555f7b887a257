"""The rubric versions that one tenant wrote."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from semver import Version
from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.records._base import insert_for
from api.records._rubrics import RubricVersionRow
from grader.routing import OwnVersion
from grader.types import Status

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9A-Za-z.-]+")
_LONGEST = 80

_SELECTED_AT_ONCE = 200


class RubricVersions:
    """One tenant's own rubric versions, drafts and retired ones included."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, row: RubricVersionRow) -> bool:
        """Add a version; return whether there was none of its id and number before."""
        columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
        insert = insert_for(self._session, RubricVersionRow).values(**columns)
        added = await self._session.scalar(
            insert.on_conflict_do_nothing().returning(RubricVersionRow.id)
        )
        return added is not None

    async def get(self, rubric_id: str, version: str) -> RubricVersionRow | None:
        """Return a version, or None."""
        found = await self.several([(rubric_id, version)])
        return found.get((rubric_id, version))

    async def several(
        self, keys: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], RubricVersionRow]:
        """Return versions by id and number; those that are not there are left out."""
        wanted = [key for key in keys if _can_be(*key)]
        found: dict[tuple[str, str], RubricVersionRow] = {}
        for start in range(0, len(wanted), _SELECTED_AT_ONCE):
            rows = await self._session.scalars(
                select(RubricVersionRow).where(
                    RubricVersionRow.tenant_id == self._tenant_id,
                    tuple_(RubricVersionRow.rubric_id, RubricVersionRow.version).in_(
                        wanted[start : start + _SELECTED_AT_ONCE]
                    ),
                )
            )
            found |= {(row.rubric_id, row.version): row for row in rows}
        return found

    async def statuses(self, rubric_id: str) -> Mapping[str, Status]:
        """Return where each version of a rubric stands; empty for an id that is not the tenant's."""
        if not _can_be(rubric_id):
            return {}
        found = await self._session.execute(
            select(RubricVersionRow.version, RubricVersionRow.status).where(
                RubricVersionRow.tenant_id == self._tenant_id,
                RubricVersionRow.rubric_id == rubric_id,
            )
        )
        return {version: status for version, status in found}  # noqa: C416 - of two types

    async def newest(self, status: Status) -> Mapping[str, str]:
        """Return by rubric id the newest version with a status."""
        return {
            rubric_id: version for rubric_id, (version, _) in (await self._newest(status)).items()
        }

    async def published(self) -> Sequence[OwnVersion]:
        """Return the newest published version of each rubric."""
        newest = await self._newest(Status.PUBLISHED)
        return [OwnVersion(rubric_id, *found) for rubric_id, found in newest.items()]

    async def _newest(self, status: Status) -> Mapping[str, tuple[str, str]]:
        """Return by rubric id the newest version with a status, and its hash."""
        found = await self._session.execute(
            select(
                RubricVersionRow.rubric_id, RubricVersionRow.version, RubricVersionRow.sha256
            ).where(
                RubricVersionRow.tenant_id == self._tenant_id, RubricVersionRow.status == status
            )
        )
        newest: dict[str, tuple[str, str]] = {}
        for rubric_id, version, sha256 in found:
            held = newest.get(rubric_id)
            if held is None or Version.parse(version) > Version.parse(held[0]):
                newest[rubric_id] = version, sha256
        return newest

    async def lock(self, rubric_id: str) -> Sequence[RubricVersionRow]:
        """Return all versions of a rubric, which nobody else changes until this transaction ends."""
        if not _can_be(rubric_id):
            return []
        rows = await self._session.scalars(
            select(RubricVersionRow)
            .where(
                RubricVersionRow.tenant_id == self._tenant_id,
                RubricVersionRow.rubric_id == rubric_id,
            )
            .order_by(RubricVersionRow.id)  # in one order, so that no two wait for each other
            .with_for_update()
        )
        return rows.all()

    async def delete(self, row: RubricVersionRow) -> None:
        """Delete a version."""
        await self._session.execute(
            delete(RubricVersionRow).where(
                RubricVersionRow.tenant_id == self._tenant_id, RubricVersionRow.id == row.id
            )
        )


def _can_be(rubric_id: str, version: str = "0") -> bool:
    """Tell whether there can be such an id and such a version, for what the database would refuse."""
    return (
        max(len(rubric_id), len(version)) <= _LONGEST
        and _SLUG.fullmatch(rubric_id) is not None
        and _VERSION.fullmatch(version) is not None
    )
