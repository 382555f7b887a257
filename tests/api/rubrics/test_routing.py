"""Questions in any words, routed to the bank's rubrics and to those of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import RubricVersionRow, Tenants
from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.errors import IndexUnavailable
from grader.grading import Grader
from grader.index import VectorIndex, build_index
from grader.settings import Settings
from tests.api.rubrics.support import OWN, at, draft, own, publish
from tests.api.support import FIRST, SECOND, Caller, ScriptedJudge, Service
from tests.grader.factories import document
from tests.support.chroma_server import ChromaServer
from tests.support.word_embedder import WordEmbedder

SHED = "What does a service do with more requests than it can serve?"
ASKED = "What does a service do with far more requests than it can serve?"


@contextmanager
def serving(settings: Settings, index: VectorIndex) -> Iterator[Service]:
    """The application over an index, with an embedder that knows words."""
    encoder = SharedEncoder(WordEmbedder())
    bank = Bank([FIRST, SECOND])
    index.sync(list(bank), encoder)
    grader = Grader(settings, bank=bank, encoder=encoder, judge=ScriptedJudge(), index=index)
    with Service.running(settings, grader) as running:
        yield running


@pytest.fixture
def index(service_settings: Settings) -> Iterator[VectorIndex]:
    with closing(build_index(service_settings)) as built:
        yield built


@pytest.fixture
def service(service_settings: Settings, index: VectorIndex) -> Iterator[Service]:
    with serving(service_settings, index) as running:
        yield running


def shed(version: str = "1.0.0", question: str = SHED, **changes: Any) -> dict[str, Any]:
    return own(version, question=question, **changes)


def ask(caller: Caller, question: str = ASKED) -> Any:
    return caller.grade(rubric_id=None, question=question)


def routed(caller: Caller, question: str = ASKED) -> tuple[str, str]:
    """The rubric that a question was graded by, and its version."""
    made = ask(caller, question)
    assert made.status_code == 201, made.text
    rubric = made.json()["rubric"]
    return rubric["id"], rubric["version"]


def refused(caller: Caller, question: str = ASKED) -> list[str]:
    """The ids that are named where a question is not routed."""
    response = ask(caller, question)
    assert (response.status_code, response.json()["code"]) == (422, "no_matching_rubric")
    return [each["rubric_id"] for each in response.json()["nearest"]]


def test_a_question_finds_ones_own_rubric_and_the_banks(service: Service) -> None:
    acme = service.caller("acme")
    assert OWN not in refused(acme)
    draft(acme, shed())
    assert OWN not in refused(acme)
    acme("POST", at(shed(), "publish"))
    assert routed(acme) == (OWN, "1.0.0")
    assert routed(acme, FIRST.question) == (FIRST.id, SECOND.version)


def test_nobody_is_routed_to_what_belongs_to_another(service: Service) -> None:
    acme, other, third = (service.caller(name) for name in ("acme", "other", "third"))
    publish(acme, shed())
    publish(other, shed(question="How is a cache kept small?"))
    assert refused(other) == [FIRST.id, OWN]  # the other's own, of the same id
    assert "cache" in ask(other).json()["nearest"][1]["question"]
    assert refused(third) == [FIRST.id]
    assert SHED not in ask(other).text + ask(third).text
    assert routed(acme) == (OWN, "1.0.0")
    assert routed(other, "How is a cache kept small") == (OWN, "1.0.0")


def test_what_the_index_holds_for_another_by_mistake_is_not_found(
    service: Service, index: VectorIndex
) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    publish(acme, shed())
    publish(other, shed(question="How is a cache kept small?"))

    async def scope(session: AsyncSession) -> str:
        return (await Tenants(session).named_or_new("other")).id

    theirs: Any = index
    (collection,) = (
        each for each in theirs._client.list_collections() if each.name.startswith("own-")
    )
    stored = collection.get(include=["embeddings", "metadatas"])
    # Everything of acme's under the other's name too.
    mine = service.in_records(scope)
    ids = [f"{mine}/{each.partition('/')[2]}" for each in stored["ids"]]
    collection.upsert(ids=ids, embeddings=stored["embeddings"], metadatas=[{"scope": mine}] * 2)
    assert refused(other) == [FIRST.id, OWN]
    assert SHED not in ask(other).text


def test_a_new_version_takes_the_place_of_the_old_and_retiring_gives_it_back(
    service: Service,
) -> None:
    acme = service.caller("acme")
    publish(acme, shed())
    newer = shed("2.0.0", question="When does one turn callers away at the door?")
    publish(acme, newer)
    assert OWN in refused(acme)  # by its new question only
    assert routed(acme, "When would one turn callers away at the door?") == (OWN, "2.0.0")
    acme("POST", at(newer, "retire"))
    assert routed(acme) == (OWN, "1.0.0")
    acme("POST", at(shed(), "retire"))
    assert refused(acme) == [FIRST.id]


def test_a_fork_stands_in_for_the_banks_rubric(service: Service) -> None:
    acme = service.caller("acme")
    fork = document(id=FIRST.id, version="2.0.0", question="Why would callers be turned away?")
    publish(acme, fork, fork_of=SECOND.version)
    assert routed(acme, "Why would callers be turned away") == (FIRST.id, "2.0.0")
    assert refused(acme, FIRST.question) == [FIRST.id]
    assert routed(service.caller("other"), FIRST.question) == (FIRST.id, SECOND.version)


def test_where_both_are_about_as_near_ones_own_is_meant(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme, shed(question=FIRST.question))
    assert routed(acme, FIRST.question) == (OWN, "1.0.0")
    publish(acme, shed(id="queue-again", question=FIRST.question))
    assert set(refused(acme, FIRST.question)) == {FIRST.id, OWN, "queue-again"}


def test_after_a_restart_nothing_is_indexed_again(
    service_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(build_index(service_settings)) as index:
        with serving(service_settings, index) as service:
            key = service.key("acme")
            publish(Caller(service.http, key), shed())
        monkeypatch.setattr(index, "keep_questions", pytest.fail)
        with serving(service_settings, index) as service:
            assert routed(Caller(service.http, key)) == (OWN, "1.0.0")


def test_an_index_that_was_lost_is_filled_by_the_first_question(
    service_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with closing(build_index(service_settings)) as index, serving(service_settings, index) as first:
        key = first.key("acme")
        publish(Caller(first.http, key), shed())
    elsewhere = service_settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("new")})
    with closing(build_index(elsewhere)) as index, serving(elsewhere, index) as service:
        assert routed(Caller(service.http, key)) == (OWN, "1.0.0")


def test_a_version_published_by_another_process_is_found(
    service_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two processes with an index each and the same records, as on two machines."""
    elsewhere = service_settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("two")})
    with (
        closing(build_index(service_settings)) as one,
        closing(build_index(elsewhere)) as two,
        serving(service_settings, one) as here,
        serving(elsewhere, two) as there,
    ):
        key = here.key("acme")
        publish(Caller(here.http, key), shed())
        assert routed(Caller(there.http, key)) == (OWN, "1.0.0")
        Caller(here.http, key)("POST", at(shed(), "retire"))
        assert refused(Caller(there.http, key)) == [FIRST.id]


def test_many_superseded_entries_do_not_hide_what_is_current(
    service: Service, index: VectorIndex
) -> None:
    acme = service.caller("acme")
    publish(acme, shed())
    theirs: Any = index
    (collection,) = (
        each for each in theirs._client.list_collections() if each.name.startswith("own-")
    )
    stored = collection.get(include=["embeddings", "metadatas"])
    collection.upsert(
        ids=[f"{stored['ids'][0]}{number}" for number in range(30)],
        embeddings=[stored["embeddings"][0]] * 30,
        metadatas=stored["metadatas"] * 30,
    )
    assert routed(acme) == (OWN, "1.0.0")


def test_a_rubric_that_is_gone_from_the_records_is_gone(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme, shed())
    assert routed(acme) == (OWN, "1.0.0")

    async def erase(session: AsyncSession) -> None:
        await session.execute(delete(RubricVersionRow))

    service.in_records(erase)
    assert refused(acme) == [FIRST.id]


def test_while_the_index_is_gone_publishing_works_and_the_question_is_put_right_later(
    service: Service, index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = service.caller("acme")

    def gone(*_: object) -> None:
        raise IndexUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(index, "held_questions", gone)
        assert publish(acme, shed()).status_code == 200
        assert ask(acme).status_code == 503
    assert routed(acme) == (OWN, "1.0.0")


def test_it_works_over_a_chroma_server(sqlite_url: str, tmp_path: Path) -> None:
    with ChromaServer(tmp_path / "chroma") as server:
        settings = Settings(
            index="chroma-server",
            index_url=server.url,
            data_dir=tmp_path,
            database_url=SecretStr(sqlite_url),
        )
        with (
            closing(build_index(settings)) as one,
            closing(build_index(settings)) as two,
            serving(settings, one) as here,
            serving(settings, two) as there,
        ):
            key, other = here.key("acme"), here.key("other")
            publish(Caller(here.http, key), shed())
            assert routed(Caller(there.http, key)) == (OWN, "1.0.0")
            assert refused(Caller(there.http, other)) == [FIRST.id]
