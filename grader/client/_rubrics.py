"""`client.rubrics`."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Unpack

from pydantic import TypeAdapter

from grader.bank import RubricDiff
from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._operations import Operation, rubric_document
from grader.client.models import (
    ImportedRubrics,
    Page,
    PublishedRubric,
    RubricDetail,
    RubricDraft,
    RubricFile,
    RubricFilter,
    RubricFormat,
    RubricSummary,
    RubricVersion,
    Validation,
    VersionComparison,
)
from grader.types import Grade, Rubric

_PATH = "/v1/rubrics"
_ONE = f"{_PATH}/{{rubric_id}}"
_VERSION = f"{_ONE}/versions/{{version}}"

LIST = Operation("GET", _PATH, TypeAdapter(Page[RubricSummary]))
GET = Operation("GET", _ONE, TypeAdapter(RubricDetail))
GET_VERSION = Operation("GET", _VERSION, TypeAdapter(RubricDetail))
VERSIONS = Operation("GET", f"{_ONE}/versions", TypeAdapter(Page[RubricVersion]))
DIFF = Operation("GET", f"{_ONE}/diff", TypeAdapter(RubricDiff))
EXPORT = Operation("GET", f"{_ONE}/export", TypeAdapter(object))
CREATE = Operation("POST", _PATH, TypeAdapter(RubricDraft), creates=True)
VALIDATE = Operation("POST", f"{_PATH}/validate", TypeAdapter(Validation), repeatable=True)
# Nothing is kept of either.
TRY = Operation("POST", f"{_PATH}/trial", TypeAdapter(Grade), repeatable=True)
COMPARE = Operation("POST", f"{_PATH}/comparison", TypeAdapter(VersionComparison), repeatable=True)
IMPORT = Operation("POST", f"{_PATH}/import", TypeAdapter(ImportedRubrics), creates=True)
REPLACE = Operation("PUT", _VERSION, TypeAdapter(RubricDraft))
DELETE = Operation("DELETE", _VERSION, TypeAdapter(None))
PUBLISH = Operation("POST", f"{_VERSION}/publish", TypeAdapter(PublishedRubric))
RETIRE = Operation("POST", f"{_VERSION}/retire", TypeAdapter(RubricDetail))

_MEDIA_TYPES: Mapping[RubricFormat, str] = {
    "yaml": "application/yaml",
    "json": "application/json",
    "healthbench": "application/x-ndjson",
    "csv": "text/csv",
}

RubricText = Rubric | Mapping[str, Any] | str
"""A rubric: an object, its fields, or the text of a rubric file (YAML)."""


class AsyncRubrics(Resource):
    """Read rubrics, and write your own.

    Where `if_match` can be given, it is the `ETag` that the version was read with: nothing is done
    if somebody has changed it since.
    """

    def list(self, **wanted: Unpack[RubricFilter]) -> AsyncGenerator[RubricSummary]:
        """Iterate over your rubrics and those of the shared bank, by id; one version of each.

        Args:
            **wanted: See `RubricFilter`.
        """
        return self._session.items(LIST, query=wanted)

    async def get(self, rubric_id: str, version: str | None = None) -> RubricDetail:
        """Return one rubric whole.

        Args:
            rubric_id: Its id.
            version: The newest published one by default, your own before the bank's.

        Raises:
            NotFound: There is no such rubric.
        """
        if version is None:
            return await self._session.call(GET, names={"rubric_id": rubric_id})
        return await self._session.call(GET_VERSION, names=_names(rubric_id, version))

    async def etag(self, rubric_id: str, version: str) -> str:
        """Return the `ETag` of a version as it stands, for `if_match`.

        Raises:
            NotFound: There is no such version.
        """
        response = await self._session.file(GET_VERSION, names=_names(rubric_id, version))
        return str(response.headers.get("ETag", "*"))

    def versions(
        self, rubric_id: str, *, limit: int | None = None
    ) -> AsyncGenerator[RubricVersion]:
        """Iterate over the versions of a rubric, the greatest number first."""
        names, query = {"rubric_id": rubric_id}, {"limit": limit}
        return self._session.items(VERSIONS, names=names, query=query)

    async def diff(self, rubric_id: str, old: str, new: str | None = None) -> RubricDiff:
        """Say what changed between two versions, and whether grades under them can be compared.

        Args:
            rubric_id: Their id.
            old: The version to compare from.
            new: The version to compare to; the newest published one by default.
        """
        query = {"from": old, "to": new}
        return await self._session.call(DIFF, names={"rubric_id": rubric_id}, query=query)

    async def export(
        self, rubric_id: str, *, written_as: RubricFormat = "yaml", version: str | None = None
    ) -> RubricFile:
        """Return a rubric as a file."""
        query = {"format": written_as, "version": version}
        response = await self._session.file(EXPORT, names={"rubric_id": rubric_id}, query=query)
        _, _, name = response.headers.get("Content-Disposition", "").partition("filename=")
        return RubricFile(
            name=name.strip('"') or f"{rubric_id}.{written_as}",
            media_type=response.headers.get("Content-Type", "").partition(";")[0],
            text=response.text,
            losses=response.headers.get("Export-Losses", ""),
        )

    async def create(
        self,
        rubric: RubricText,
        *,
        fork_of: str | None = None,
        idempotency_key: str | None = None,
    ) -> RubricDraft:
        """Make a draft, of a new rubric or of a new version.

        Args:
            rubric: What it says.
            fork_of: The shared bank's version of the same id that this is a fork of.
            idempotency_key: Under the same one it is made once; one is made without.

        Raises:
            Invalid: It is no rubric; `errors` says what is wrong where.
            Conflict: There is such a version already, or the id is the shared bank's.
        """
        query = {"fork_of": fork_of}
        return await self._session.call(
            CREATE, query=query, idempotency_key=idempotency_key, **_body(rubric)
        )

    async def validate(self, rubric: RubricText) -> Validation:
        """Say what is wrong with a rubric, and what is weak about it, without keeping it."""
        return await self._session.call(VALIDATE, **_body(rubric))

    async def try_out(self, rubric: RubricText, answer: str) -> Grade:
        """Grade an answer by a rubric that is being written; neither is kept.

        Args:
            rubric: What it says.
            answer: A candidate's words, or what one might say.

        Raises:
            Invalid: It is no rubric, or the answer cannot be graded; `errors` says what is wrong.
        """
        return await self._session.call(TRY, json={"rubric": _text(rubric), "answer": answer})

    async def compare(
        self,
        rubric_id: str,
        old: str,
        answers: str,
        *,
        new: str | None = None,
        rubric: RubricText | None = None,
    ) -> VersionComparison:
        """Say whether a version is better than another on labelled answers; nothing is kept.

        Args:
            rubric_id: The rubric.
            old: The version there is.
            answers: Labelled answers as JSON lines, 200 at most; see `grader eval run`.
            new: The version that is proposed, unless `rubric` is.
            rubric: The proposed version as it is being written; without both, the current one.

        Raises:
            NotFound: There is no such version.
            Invalid: A line of the answers is wrong, or the rubric is.
        """
        body = {
            "rubric_id": rubric_id,
            "old": old,
            "new": new,
            "rubric": None if rubric is None else _text(rubric),
            "answers": answers,
        }
        return await self._session.call(COMPARE, json=body)

    async def import_file(
        self,
        text: str,
        *,
        written_as: RubricFormat,
        question: str | None = None,
        replace: bool = False,
        idempotency_key: str | None = None,
    ) -> ImportedRubrics:
        """Make drafts of all rubrics in a file, or of none if something is wrong with one of them.

        Args:
            text: Of the file.
            written_as: How they are written down.
            question: For a bare list of HealthBench criteria, which has none.
            replace: Whether they take the place of drafts with the same ids and versions.
            idempotency_key: Under the same one it is done once; one is made without.

        Raises:
            Invalid: They cannot be read; `errors` says what is wrong where.
        """
        return await self._session.call(
            IMPORT,
            query={"format": written_as, "question": question, "replace": replace},
            content=text.encode(),
            content_type=_MEDIA_TYPES[written_as],
            idempotency_key=idempotency_key,
        )

    async def replace(
        self, rubric_id: str, version: str, rubric: RubricText, *, if_match: str | None = None
    ) -> RubricDraft:
        """Put another text in the place of a draft.

        Raises:
            Conflict: It is no draft any more, or not what `if_match` names.
        """
        call = {"names": _names(rubric_id, version), "headers": _guarded(if_match)}
        return await self._session.call(REPLACE, **call, **_body(rubric))

    async def delete(self, rubric_id: str, version: str, *, if_match: str | None = None) -> None:
        """Delete a draft; what was published once is kept.

        Raises:
            Conflict: It is no draft any more, or not what `if_match` names.
        """
        names = _names(rubric_id, version)
        await self._session.call(DELETE, names=names, headers=_guarded(if_match))

    async def publish(
        self, rubric_id: str, version: str, *, if_match: str | None = None
    ) -> PublishedRubric:
        """Make a draft final: it never changes again, and answers are graded by it.

        Raises:
            Conflict: The lint finds errors, a later version is published, or it is no draft.
        """
        names = _names(rubric_id, version)
        return await self._session.call(PUBLISH, names=names, headers=_guarded(if_match))

    async def retire(
        self, rubric_id: str, version: str, *, if_match: str | None = None
    ) -> RubricDetail:
        """Take a published version out of use; answers are graded by it only where it is named."""
        names = _names(rubric_id, version)
        return await self._session.call(RETIRE, names=names, headers=_guarded(if_match))


class Rubrics(BlockingResource):
    """Read rubrics, and write your own."""

    list = iterating(AsyncRubrics.list)
    get = blocking(AsyncRubrics.get)
    etag = blocking(AsyncRubrics.etag)
    versions = iterating(AsyncRubrics.versions)
    diff = blocking(AsyncRubrics.diff)
    export = blocking(AsyncRubrics.export)
    create = blocking(AsyncRubrics.create)
    validate = blocking(AsyncRubrics.validate)
    try_out = blocking(AsyncRubrics.try_out)
    compare = blocking(AsyncRubrics.compare)
    import_file = blocking(AsyncRubrics.import_file)
    replace = blocking(AsyncRubrics.replace)
    delete = blocking(AsyncRubrics.delete)
    publish = blocking(AsyncRubrics.publish)
    retire = blocking(AsyncRubrics.retire)


def _names(rubric_id: str, version: str) -> dict[str, str]:
    return {"rubric_id": rubric_id, "version": version}


def _guarded(if_match: str | None) -> dict[str, str]:
    return {} if if_match is None else {"If-Match": if_match}


def _body(rubric: RubricText) -> dict[str, Any]:
    kind: RubricFormat = "yaml" if isinstance(rubric, str) else "json"
    return {"content": _text(rubric).encode(), "content_type": _MEDIA_TYPES[kind]}


def _text(rubric: RubricText) -> str:
    """Write a rubric down; JSON is YAML too."""
    if isinstance(rubric, str):
        return rubric
    return json.dumps(rubric_document(rubric) if isinstance(rubric, Rubric) else dict(rubric))
