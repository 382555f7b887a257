"""Rubrics, reviews, appeals, webhooks and deletion, against a real service."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from grader.bank import parse_rubric
from grader.client import (
    Conflict,
    GraderClient,
    Invalid,
    NotFound,
    ReviewKind,
    SignatureInvalid,
    verify_webhook,
)
from grader.types import Status, Verdict
from tests.api.support import FIRST, SECOND
from tests.grader.factories import document
from tests.support.openai_server import OpenAIServer, Received, raw

OWN = document(id="load-shedding", reference_answer="Refuse early. Say when to come back.")
HALF = "unsure whether it decouples; it lets the producer go on"
_PATIENCE = 30.0


def test_a_rubric_goes_from_draft_to_retired(client: GraderClient) -> None:
    assert client.rubrics.validate(OWN).valid
    assert client.rubrics.validate("id: [").lint.findings[0].line == 1
    draft = client.rubrics.create(OWN)
    assert (draft.status, draft.record.owner) == (Status.DRAFT, "tenant")
    assert draft.sha256 == parse_rubric(OWN).sha256

    etag = client.rubrics.etag(OWN["id"], "1.0.0")
    changed = OWN | {"topics": ["load"]}
    assert client.rubrics.replace(OWN["id"], "1.0.0", changed, if_match=etag).topics == ("load",)
    with pytest.raises(Conflict):
        client.rubrics.delete(OWN["id"], "1.0.0", if_match=etag)
    published = client.rubrics.publish(OWN["id"], "1.0.0")
    assert published.status is Status.PUBLISHED
    next_one = client.rubrics.create(published.model_copy(update={"version": "1.0.1"}))
    assert next_one.points == published.points
    assert [v.version for v in client.rubrics.versions(OWN["id"], limit=1)] == ["1.0.1", "1.0.0"]
    client.rubrics.delete(OWN["id"], "1.0.1")
    assert client.rubrics.retire(OWN["id"], "1.0.0").record.retired_at is not None
    with pytest.raises(NotFound):
        client.rubrics.get("nope")


def test_rubrics_are_listed_compared_and_carried_elsewhere(client: GraderClient) -> None:
    assert {rubric.id for rubric in client.rubrics.list(limit=1)} == {FIRST.id, "cache-basics"}
    assert client.rubrics.get(FIRST.id).sha256 == SECOND.sha256
    assert client.rubrics.get(FIRST.id, "1.0.0").sha256 == FIRST.sha256
    diff = client.rubrics.diff(FIRST.id, "1.0.0")
    assert [entry.id for entry in diff.entries] == ["exactly-once"]

    file = client.rubrics.export(FIRST.id, written_as="healthbench")
    assert (file.name, file.media_type) == (f"{FIRST.id}@1.1.0.jsonl", "application/x-ndjson")
    written = client.rubrics.export(FIRST.id).text.replace(FIRST.id, "own-queue")
    imported = client.rubrics.import_file(written, written_as="yaml")
    assert [item.id for item in imported.items] == ["own-queue"]
    with pytest.raises(Invalid) as caught:
        client.rubrics.create("id: x\nlevl: mid\n")
    assert {error.line for error in caught.value.errors} >= {2}


def test_a_person_corrects_a_grade_and_answers_an_appeal(client: GraderClient) -> None:
    grade = client.grades.create(HALF, rubric_id=FIRST.id, candidate_id="ada/1 ö")
    (waiting,) = client.reviews.queue(kind=ReviewKind.OPEN)
    assert waiting.grade_id == grade.id
    task = client.reviews.take_next("r1")
    assert task.answer == HALF
    assert client.reviews.take(grade.id, "r1", minutes=5).claimed_by == "r1"
    client.reviews.give_back(grade.id)
    assert client.reviews.task(grade.id).claimed_by is None

    done = client.reviews.create(
        grade.id,
        reviewer="r1",
        reason="It says so.",
        points={"buffers": Verdict.COVERED},
        based_on=task.based_on,
    )
    assert done.current.score == 100
    assert [each.id for each in client.reviews.of_grade(grade.id).reviews] == [done.id]
    assert client.reviews.agreement().grades == 0
    assert [line.rater for line in client.reviews.export()] == ["r1"]

    appeal = client.appeals.create(grade.id, "I did say it.")
    assert [one.id for one in client.appeals.list(status="open")] == [appeal.id]
    decided = client.appeals.resolve(appeal.id, reviewer="r2", upheld=False, response="Sorry, no.")
    assert client.appeals.get(appeal.id) == decided
    assert decided.status == "rejected"

    receipt = client.candidates.delete("ada/1 ö")
    assert receipt.complete
    assert len(receipt.submission_ids) == 1
    with pytest.raises(NotFound):
        client.grades.get(grade.id)
    with pytest.raises(NotFound):
        client.submissions.delete(receipt.submission_ids[0])


def arrived(receiver: OpenAIServer, count: int) -> Received:
    """Wait for so many messages, and return the last."""
    deadline = time.monotonic() + _PATIENCE
    while len(receiver.requests) < count:
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return receiver.requests[count - 1]


def test_webhooks_are_set_up_received_and_believed(client: GraderClient) -> None:
    with OpenAIServer(otherwise=raw(b"thanks", "text/plain")) as receiver:
        made = client.webhooks.create(receiver.base_url, events=["grade.created"])
        sent = client.webhooks.test(made.id)
        request = arrived(receiver, 1)

        event = verify_webhook(request.raw, request.headers, made.secret)

        assert (event.type, event.id) == ("webhook.test", sent.event.id)
        with pytest.raises(SignatureInvalid, match="No matching signature"):
            verify_webhook(request.raw + b" ", request.headers, made.secret)
        with pytest.raises(SignatureInvalid, match="No matching signature"):
            verify_webhook(request.raw, request.headers, f"whsec_{'QUJD' * 8}")
        with pytest.raises(SignatureInvalid, match="Missing required headers"):
            verify_webhook(request.raw, {}, made.secret)
        garbled = dict(request.headers) | {"webhook-signature": "v1"}
        with pytest.raises(SignatureInvalid, match="cannot be read"):
            verify_webhook(request.raw, garbled, made.secret)

        grade = client.grades.create("It decouples.", rubric_id=FIRST.id)
        request = arrived(receiver, 2)
        assert verify_webhook(request.raw, request.headers, made.secret).data["id"] == grade.id

        rotated = client.webhooks.rotate(made.id)
        assert client.webhooks.replay(made.id, sent.id).status == "pending"
        request = arrived(receiver, 3)
        for secret in (made.secret, rotated.secret):
            assert verify_webhook(request.raw, request.headers, secret).id == sent.event.id
        assert client.webhooks.delivery(made.id, sent.id).event == sent.event
        assert len([*client.webhooks.deliveries(made.id, limit=1)]) == 2
        assert client.webhooks.replay_failed(made.id, since=datetime.now(UTC)) == 0
        assert client.webhooks.change(made.id, enabled=False).disabled_at is not None
        assert [hook.id for hook in client.webhooks.list()] == [made.id]
        client.webhooks.delete(made.id)
        with pytest.raises(NotFound):
            client.webhooks.get(made.id)


def test_a_rubric_is_tried_and_compared_before_it_is_published(client: GraderClient) -> None:
    assert client.rubrics.try_out(OWN, "It decouples.").rubric.id == OWN["id"]
    text = client.rubrics.export(FIRST.id, version="1.0.0").text
    assert client.rubrics.try_out(text, "It decouples.").rubric.sha256 == FIRST.sha256
    labelled = {
        "id": "a1",
        "rubric_id": FIRST.id,
        "answer": "It decouples.",
        "rubric_version": "1.0.0",
        "points": {"decouples": "covered", "buffers": "missing"},
    }
    answers = f"{json.dumps(labelled)}\n"
    found = client.rubrics.compare(FIRST.id, "1.0.0", answers, new="1.1.0")
    assert (found.answers, found.changed) == (1, 0)
    assert found.report.startswith("<!doctype html>")
    assert client.rubrics.compare(FIRST.id, "1.0.0", answers, rubric=SECOND).answers == 1
    with pytest.raises(Invalid, match=r"answers\.jsonl:1"):
        client.rubrics.compare(FIRST.id, "1.0.0", "nonsense\n", new="1.1.0")
    assert list(client.grades.list()) == []


def test_figures(client: GraderClient) -> None:
    client.grades.create("It decouples.", rubric_id=FIRST.id)
    found = client.statistics.get(days=7, rubric_id=FIRST.id)
    assert (found.totals.grades, found.rubric_id) == (1, FIRST.id)
    assert len(found.days) == 1
    assert client.reviews.judge_agreement().grades == 0
