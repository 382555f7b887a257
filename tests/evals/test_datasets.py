from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evals.datasets import (
    BACKEND,
    Dataset,
    DatasetInvalid,
    LabelledAnswer,
    check_dataset,
    dataset_stats,
    load_answers,
)
from grader.bank import Bank
from grader.types import Verdict
from tests.evals.factories import RUBRIC, labelled, write_lines


def test_answers_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    write_lines(tmp_path / "b.jsonl", [labelled(3), "", labelled(4)])
    write_lines(tmp_path / "a.jsonl", [labelled(1), labelled(2)])
    dataset = Dataset.open([tmp_path])
    assert len(dataset) == 4
    assert [case.answer.id for case in dataset] == [f"queue/{n:02}" for n in (1, 2, 3, 4)]
    last = list(dataset)[-1]
    assert (Path(last.file).name, last.line) == ("b.jsonl", 3)


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "bad.jsonl",
        [
            labelled(1),
            "{not json",
            "[1]",
            labelled(2, points={"first": "perhaps"}),
            labelled(3, rubric_id=""),
            labelled(4, extra=1),
            labelled(1),
            labelled(
                5,
                points={
                    "first": {
                        "verdict": "covered",
                        "evidence": [{"start": 0, "end": 2, "quote": "no"}],
                    }
                },
            ),
            {"id": "nobody", "points": {}},
        ],
    )
    with pytest.raises(DatasetInvalid) as caught:
        Dataset.open([path])
    told = {problem.line: str(problem) for problem in caught.value.problems}
    assert sorted(told) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert "not JSON" in told[2]
    assert "JSON object" in told[3]
    assert "points.first.verdict" in told[4]
    assert "rubric_id" in told[5]
    assert "extra: unknown field" in told[6]
    assert "already at" in told[7]
    assert "quotes 'no', but the answer has 'It' at 0 to 2" in told[8]
    assert "no line read here holds that answer" in told[9]
    assert all(text.startswith(f"{path}:{line}: ") for line, text in told.items())


def test_an_answer_of_several_raters_is_one_case_with_the_majority(tmp_path: Path) -> None:
    said = {"ann": "covered", "bob": "partial", "cy": "partial"}
    path = write_lines(
        tmp_path / "raters.jsonl",
        [labelled(1, rater=who, points={"first": verdict}) for who, verdict in said.items()],
    )
    (case,) = Dataset.open([path])
    assert [rating.rater for rating in case.ratings] == ["ann", "bob", "cy"]
    assert case.answer.points["first"].verdict is Verdict.PARTIAL


def test_of_equally_many_raters_the_first_one_counts(tmp_path: Path) -> None:
    lines = [
        labelled(1, rater="ann", points={"first": "missing"}),
        labelled(1, rater="bob", points={"first": "covered"}),
    ]
    (case,) = Dataset.open([write_lines(tmp_path / "two.jsonl", lines)])
    assert case.answer.points["first"].verdict is Verdict.MISSING


def test_settled_labels_are_the_reference_and_no_raters(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", [labelled(1, rater="settled")])
    write_lines(
        tmp_path / "second.jsonl",
        [
            {
                "id": "queue/01",
                "points": {"first": "partial", "second": "missing"},
                "mistakes": {"wrong": True},
                "first": {"second": "contradicted", "wrong": False},
            }
        ],
    )
    (case,) = Dataset.open([tmp_path])
    assert case.answer.points["first"].verdict is Verdict.COVERED
    first, second = case.ratings
    assert (first.rater, second.rater) == ("first", "second")
    assert first.points["first"].verdict is Verdict.PARTIAL
    assert first.points["second"].verdict is Verdict.CONTRADICTED
    assert second.points["second"].verdict is Verdict.MISSING
    assert (first.mistakes["wrong"].made, second.mistakes["wrong"].made) == (False, True)


def test_one_id_is_one_answer(tmp_path: Path) -> None:
    lines = [labelled(1, rater="ann"), labelled(1, rater="bob", answer="Something else.")]
    with pytest.raises(DatasetInvalid, match="an id of its own"):
        Dataset.open([write_lines(tmp_path / "a.jsonl", lines)])


def test_a_split_keeps_its_questions_and_says_what_there_is(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [labelled(1), labelled(2, rubric_id="other-question")])
    splits = {"train": ["other-question"], "test": [RUBRIC.id]}
    with pytest.raises(DatasetInvalid, match=r"splits\.json"):
        Dataset.open([path], split="test")
    (tmp_path / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    assert [case.answer.id for case in Dataset.open([path], split="test")] == ["queue/01"]
    with pytest.raises(DatasetInvalid, match="it has: train, test"):
        Dataset.open([path], split="tset")


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for path, words in (
        (tmp_path / "none.jsonl", "cannot be read"),
        (tmp_path / "sub", r"no \.jsonl file"),
        (write_lines(tmp_path / "empty.jsonl", [""]), "no labelled answers"),
    ):
        with pytest.raises(DatasetInvalid, match=words):
            Dataset.open([path])


def test_labels_are_checked_against_their_rubric(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "a.jsonl",
        [
            labelled(1, points={"first": "missing", "third": "missing"}),
            labelled(2, rubric_id="unheard-of"),
            labelled(3),
            labelled(4, answer=labelled(3)["answer"]),
        ],
    )
    problems = list(check_dataset(Dataset.open([path]), Bank([RUBRIC], drafts=True)))
    found = {(problem.line, problem.severity, problem.where) for problem in problems}
    assert (1, "error", "points.third") in found
    assert (1, "warning", "points") in found
    assert (2, "error", "rubric_id") in found
    assert (3, "warning", "evidence") in found
    assert (4, "warning", "answer") in found


def test_the_back_end_set_is_as_its_card_says() -> None:
    dataset = Dataset.open([BACKEND], split="test")
    assert len(dataset) == 240
    case = next(iter(dataset))
    assert [rating.rater for rating in case.ratings] == ["first", "second_rater"]
    assert len(list(load_answers(BACKEND / "node-event-loop.jsonl"))) == 12


def test_what_a_set_holds_is_counted(tmp_path: Path) -> None:
    lines = [
        labelled(1, tags={"style": "terse"}, answer="One two three."),
        labelled(2, tags={"style": "terse"}, points={"first": "partial"}),
        labelled(3, mistakes={"wrong": True}, rater="ann"),
        labelled(3, rater="bob", points={"first": "covered", "second": "covered"}),
    ]
    stats = dataset_stats(Dataset.open([write_lines(tmp_path / "a.jsonl", lines)]))
    assert (stats.answers, stats.questions) == (3, 1)
    assert stats.verdicts == {Verdict.COVERED: 2, Verdict.PARTIAL: 1, Verdict.MISSING: 2}
    assert stats.mistakes == {"made": 1, "not_made": 2}
    assert stats.raters == {"": 2, "ann": 1, "bob": 1}
    assert stats.words.least == 3
    assert stats.tags == {"style": {"terse": 2}}
    assert stats.style is None
    assert stats.agreement is not None
    assert (stats.agreement.points, stats.agreement.same_verdict) == (2, 0.5)


@given(st.text(min_size=1, max_size=30), st.integers(0, 40), st.integers(0, 40), st.text())
def test_evidence_that_is_not_verbatim_is_refused(
    answer: str, start: int, end: int, quote: str
) -> None:
    evidence = [{"start": start, "end": end, "quote": quote}]
    document = labelled(
        1, answer=answer, points={"first": {"verdict": "covered", "evidence": evidence}}
    )
    if answer[start:end] == quote:
        assert LabelledAnswer.model_validate(document).points["first"].evidence[0].quote == quote
    else:
        with pytest.raises(ValidationError):
            LabelledAnswer.model_validate(document)
