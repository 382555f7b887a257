"""What all tables share: the declarative base, column types, names of constraints, ids."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, ForeignKey, MetaData, String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator
from uuid_utils import compat

ID_LENGTH = 40
NAME_LENGTH = 200

# Key of `Session.info`: the (tenant, sha256) that are known to be in `rubric_documents`.
RUBRICS_KEPT = "rubrics_kept"

_HEX = 32


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always aware and in UTC; SQLite, which has no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone, and bring any other to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables.

    JSON is kept as text (`json`, not `jsonb`, on PostgreSQL): what was returned once is returned
    again with its fields in the same order. What is filtered by has a column of its own.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it once
        datetime: UtcDateTime(),
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=20,
            values_callable=lambda kind: [member.value for member in kind],
        ),
        dict[str, Any]: JSON(none_as_null=True),
        dict[str, str]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON(none_as_null=True),
    }


Id = Annotated[str, mapped_column(String(ID_LENGTH))]
OwnId = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True)]
# Deleting a tenant deletes all that is its own.
TenantId = Annotated[
    str, mapped_column(String(ID_LENGTH), ForeignKey("tenants.id", ondelete="CASCADE"))
]
Name = Annotated[str, mapped_column(String(NAME_LENGTH))]
Sha256 = Annotated[str, mapped_column(String(64))]
Version = Annotated[str, mapped_column(String(80))]


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """Make an id such as `grd_0190…`: a prefix and a UUID of version 7 (RFC 9562) in hexadecimal.

    Ids sort by when they were made; within one process strictly so.
    """
    return f"{prefix}_{compat.uuid7().hex}"


def is_id(text: str, prefix: str) -> bool:
    """Tell whether `text` has the form of an id with this prefix."""
    digits = text.removeprefix(f"{prefix}_")
    return (
        len(digits) == _HEX
        and len(text) == len(prefix) + 1 + _HEX
        and all(digit in "0123456789abcdef" for digit in digits)
    )


def insert_for(session: AsyncSession, table: type[Base]) -> Any:
    """Return the database's own INSERT for a table, which knows ON CONFLICT."""
    own = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return own.insert(table)
