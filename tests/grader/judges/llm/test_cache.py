from __future__ import annotations

import asyncio
import logging
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.errors import JudgeUnavailable
from grader.judges.llm import LlmJudge
from grader.judges.llm._cache import JudgementCache
from grader.types import Evidence, Judgement, PointFinding, Rubric, Usage, Verdict
from tests.grader.judges.llm.play import ANSWER, GOOD, RUBRIC, rubric, said_of, task, verdicts
from tests.support.openai_server import OpenAIServer, answers, status

OpenJudge = Callable[..., LlmJudge]


def ask(judge: LlmJudge, answer: str = ANSWER, under: Rubric = RUBRIC) -> Judgement:
    return asyncio.run(judge.judge(task(answer, under)))


def test_the_same_answer_is_asked_about_once(open_judge: OpenJudge, server: OpenAIServer) -> None:
    server.script(answers(GOOD))
    judge = open_judge(cache=True)

    first, again = ask(judge), ask(judge)
    from_disk = ask(open_judge(cache=True))

    assert len(server.requests) == 1
    assert first.usage.llm_calls == 1
    assert again.usage == from_disk.usage == Usage()
    assert again == from_disk == first.model_copy(update={"usage": Usage()})


def test_without_a_cache_it_is_asked_about_each_time(
    open_judge: OpenJudge, server: OpenAIServer, tmp_path: Path
) -> None:
    judge = open_judge(cache=False)
    ask(judge)
    ask(judge)
    assert len(server.requests) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other-model"},
        {"temperature": 0.5},
        {"seed": 1},
        {"prompt": "mine.md"},
        {"base_url": "localhost"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_nothing_is_shared_between_settings_that_may_judge_otherwise(
    open_judge: OpenJudge,
    server: OpenAIServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    ask(open_judge(cache=True))
    if "prompt" in changed:
        shipped = Path(__file__).parents[4] / "grader/judges/llm/prompts/judge-v1.md"
        Path("mine.md").write_text(shipped.read_text(encoding="utf-8") + "Be brief.\n", "utf-8")
    if "base_url" in changed:
        changed = {"base_url": server.base_url.replace("127.0.0.1", "localhost")}

    ask(open_judge(cache=True, **changed))

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"version": "1.0.1"},
        {"question": "What is a queue bad for?"},
        {"examples": [{"answer": "It holds bursts back.", "points": {"buffers": "covered"}}]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_nothing_is_shared_between_versions_of_a_rubric(
    open_judge: OpenJudge, server: OpenAIServer, changed: dict[str, Any]
) -> None:
    judge = open_judge(cache=True, examples=0)
    ask(judge)
    ask(judge, under=rubric(**changed))
    assert len(server.requests) == 2


def test_nothing_is_shared_between_answers_that_differ_in_a_space(
    open_judge: OpenJudge, server: OpenAIServer
) -> None:
    judge = open_judge(cache=True)
    ask(judge)
    ask(judge, ANSWER + " ")
    assert len(server.requests) == 2


def test_nothing_is_shared_between_calls_about_different_points(
    open_judge: OpenJudge, server: OpenAIServer
) -> None:
    judge = open_judge(cache=True)
    for ids in (["buffers"], ["decouples"], ["buffers"]):
        asyncio.run(judge.judge_items(task(), ids))
    assert [request.asked for request in server.requests] == [["buffers"], ["decouples"]]


def test_a_failure_is_not_kept(open_judge: OpenJudge, server: OpenAIServer) -> None:
    judge = open_judge(cache=True)
    invented = answers(verdicts({"buffers": ("covered", ["never said"])}))
    server.script(invented, invented, status(401), answers(None, refusal="No."), answers(GOOD))

    assert said_of(ask(judge))["buffers"] == "ungraded"
    for _ in range(2):
        with pytest.raises(JudgeUnavailable):
            ask(judge)
    assert said_of(ask(judge))["buffers"] == "missing"
    assert server.script_left == 0


JUDGEMENT = Judgement(points=(PointFinding(point_id="a", verdict=Verdict.MISSING),))


def test_a_file_that_is_no_cache_is_reported_and_does_not_stop_anything(
    open_judge: OpenJudge, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "llm-cache.sqlite3").write_bytes(b"not a database, but long enough" * 50)
    judge = open_judge(cache=True)

    assert said_of(ask(judge))["buffers"] == "missing"
    assert said_of(ask(judge))["buffers"] == "missing"

    reports = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(reports) == 1
    assert "llm-cache.sqlite3" in reports[0].getMessage()


def test_a_folder_that_cannot_be_made_does_not_stop_anything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    cache = JudgementCache(tmp_path / "file" / "cache.sqlite3")
    cache.put("k", JUDGEMENT)
    assert cache.get("k") is None
    assert "cannot be used" in caplog.text


def test_a_judgement_of_other_types_is_judged_anew(tmp_path: Path) -> None:
    place = tmp_path / "cache.sqlite3"
    cache = JudgementCache(place)
    cache.put("k", JUDGEMENT)
    assert cache.get("k") == JUDGEMENT
    cache.close()
    connection = sqlite3.connect(place)
    connection.execute("UPDATE judgements SET judgement = '{\"points\": 3}'")
    connection.commit()
    connection.close()
    assert cache.get("k") is None
    cache.close()


def test_the_oldest_judgements_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.judges.llm._cache._MOST_KEPT", 2)
    cache = JudgementCache(tmp_path / "cache.sqlite3")
    for key in ("first", "second", "third"):
        cache.put(key, JUDGEMENT)
    cache.close()
    assert [cache.get(key) is not None for key in ("first", "second", "third")] == [
        False,
        True,
        True,
    ]
    cache.close()


def test_what_was_kept_of_an_answer_is_deleted_from_the_file(tmp_path: Path) -> None:
    place = tmp_path / "cache.sqlite3"
    quote = Evidence(start=0, end=6, quote="quagga")
    said = PointFinding(point_id="a", verdict=Verdict.COVERED, evidence=(quote,))
    cache = JudgementCache(place)
    cache.put("one", Judgement(points=(said,)), "a quagga")
    cache.put("two", Judgement(points=(said,)), "a quagga")
    cache.put("three", JUDGEMENT, "another")
    assert cache.forget("never seen") == 0
    assert cache.forget("a quagga") == 2
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert not [path for path in files if b"quagga" in path.read_bytes()]
    assert cache.get("one") is None
    assert cache.get("three") == JUDGEMENT
    cache.close()


def test_a_file_of_an_earlier_version_begins_anew(tmp_path: Path) -> None:
    place = tmp_path / "cache.sqlite3"
    connection = sqlite3.connect(place)
    connection.execute(
        "CREATE TABLE judgements (key TEXT PRIMARY KEY, judgement TEXT, created REAL)"
    )
    connection.commit()
    connection.close()
    cache = JudgementCache(place)
    cache.put("k", JUDGEMENT)
    assert cache.get("k") == JUDGEMENT
    cache.close()


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    place = tmp_path / "cache.sqlite3"
    cache = JudgementCache(place)
    cache.put("k", JUDGEMENT)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    cache.close()


def test_threads_and_processes_may_share_a_file(tmp_path: Path) -> None:
    caches = [JudgementCache(tmp_path / "cache.sqlite3") for _ in range(4)]

    def write(cache: JudgementCache, first: int) -> None:
        for key in range(first, first + 25):
            cache.put(str(key), JUDGEMENT)

    threads = [
        threading.Thread(target=write, args=(cache, 25 * number))
        for number, cache in enumerate(caches)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(caches[0].get(str(key)) == JUDGEMENT for key in range(100))
    for cache in caches:
        cache.close()
