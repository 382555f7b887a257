"""Rubrics: the versions that a tenant writes, and every version that a grade was made under."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, PrimaryKeyConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from api.records._base import (
    RUBRICS_KEPT,
    Base,
    Id,
    Name,
    OwnId,
    Sha256,
    TenantId,
    Version,
    insert_for,
    now,
)
from grader.types import Rubric, Status

_MOST_REMEMBERED = 50_000


class RubricVersionRow(Base):
    """A version that a tenant wrote; a published one never changes.

    Attributes:
        document: The rubric in the format of a rubric file, with its reference answer and without
            its status.
        forked_from: The version of the shared bank's rubric of this id that it was made from; None
            for an id of the tenant's own.
        created_by: The key that made it.
    """

    __tablename__ = "rubric_versions"
    __table_args__ = (
        Index(None, "tenant_id", "rubric_id", "version", unique=True),
        Index(None, "tenant_id", "status", "rubric_id"),
    )

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    rubric_id: Mapped[Name]
    version: Mapped[Version]
    status: Mapped[Status]
    sha256: Mapped[Sha256]
    structure_sha256: Mapped[Sha256]
    document: Mapped[dict[str, Any]]
    forked_from: Mapped[Version | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    created_by: Mapped[Id | None]

    def rubric(self) -> Rubric:
        """Return the rubric."""
        return Rubric.model_validate(self.document | {"status": self.status})


class RubricDocumentRow(Base):
    """What a grade was made under, word for word, wherever the rubric came from."""

    __tablename__ = "rubric_documents"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "sha256"),
        Index(None, "tenant_id", "rubric_id", "version"),
    )

    tenant_id: Mapped[TenantId]
    sha256: Mapped[Sha256]
    structure_sha256: Mapped[Sha256]
    rubric_id: Mapped[Name]
    version: Mapped[Version]
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class RubricDocuments:
    """The rubrics that one tenant's answers were graded by; added to, never changed."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def keep(self, rubric: Rubric) -> None:
        """Keep a rubric, unless it is kept already."""
        key = (self._tenant_id, rubric.sha256)
        known: set[tuple[str, str]] = self._session.info.get(RUBRICS_KEPT, set())
        if key in known:
            return
        held = select(RubricDocumentRow.sha256).where(
            RubricDocumentRow.tenant_id == key[0], RubricDocumentRow.sha256 == key[1]
        )
        if await self._session.scalar(held) is not None:
            # Only what is found there is remembered: what is added now may be rolled back.
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            known.add(key)
            return
        insert = insert_for(self._session, RubricDocumentRow).values(
            tenant_id=self._tenant_id,
            sha256=rubric.sha256,
            structure_sha256=rubric.structure_sha256,
            rubric_id=rubric.id,
            version=rubric.version,
            document=rubric.model_dump(mode="json"),
            created_at=now(),
        )
        await self._session.execute(insert.on_conflict_do_nothing())

    async def get(self, sha256: str) -> Rubric:
        """Return a rubric that was kept.

        Raises:
            LookupError: It was not.
        """
        row = await self._session.get(RubricDocumentRow, (self._tenant_id, sha256))
        if row is None:
            raise LookupError(sha256)
        return Rubric.model_validate(row.document)

    async def several(self, sha256s: Collection[str]) -> Sequence[Rubric]:
        """Return rubrics that were kept, in no order; those that were not are left out."""
        if not sha256s:
            return ()
        documents = await self._session.scalars(
            select(RubricDocumentRow.document).where(
                RubricDocumentRow.tenant_id == self._tenant_id,
                RubricDocumentRow.sha256.in_(sha256s),
            )
        )
        return [Rubric.model_validate(document) for document in documents]

    async def of_version(self, rubric_id: str, version: str) -> Rubric | None:
        """Return the latest rubric kept under an id and a version, or None."""
        document = await self._session.scalar(
            select(RubricDocumentRow.document)
            .where(
                RubricDocumentRow.tenant_id == self._tenant_id,
                RubricDocumentRow.rubric_id == rubric_id,
                RubricDocumentRow.version == version,
            )
            .order_by(RubricDocumentRow.created_at.desc())
            .limit(1)
        )
        return None if document is None else Rubric.model_validate(document)
