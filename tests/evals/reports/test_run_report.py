"""What the report of a run says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from evals.metrics import TITLES
from evals.reports import run_html, run_report
from evals.reports._words import MEASURES
from evals.runs import RunError
from tests.evals.reports.material import graded, rated, rubric, write


def text(page: str) -> str:
    """All text of a page, its style and script aside."""
    tree = html.fromstring(page)
    for each in list(tree.iter("style", "script")):
        each.drop_tree()
    return " ".join(tree.text_content().split())


def made(path: Path, **options: int) -> str:
    return run_html(run_report(path, resamples=100, **options))


def test_headline_says_what_was_measured_on_how_much(tmp_path: Path) -> None:
    records = [graded(number, "cm", "cm" if number < 6 else "mm") for number in range(8)]
    said = text(made(write(tmp_path / "nightly.jsonl", records)))
    assert "The scripted judge agrees with people on 87.5 % of 16 points." in said
    assert "Measured on 8 answers to 1 question." in said
    assert "nightly" in said


def test_every_measure_has_words_of_its_own() -> None:
    assert set(TITLES) <= set(MEASURES)
    titles = [words.title for words in MEASURES.values()]
    assert len(set(titles)) == len(titles)


def test_wrong_verdicts_are_listed_and_lead_to_the_answer(tmp_path: Path) -> None:
    records = [graded(1, "cm", "cm"), graded(2, "cm", "xm"), graded(3, "cm", "pc")]
    tree = html.fromstring(made(write(tmp_path / "run.jsonl", records)))
    rows = [
        (row.xpath("string(.//a)"), *(badge.text_content() for badge in row.find_class("badge")))
        for row in tree.xpath("//table[@id='wrong-table']/tbody/tr")
    ]
    assert rows == [
        ("queue/03", "covered", "partial"),
        ("queue/03", "missing", "covered"),
        ("queue/02", "covered", "contradicted"),
    ]
    for row in tree.xpath("//table[@id='wrong-table']/tbody/tr"):
        target = tree.get_element_by_id(row.xpath("string(.//a/@href)").removeprefix("#"))
        article = next(target.iterancestors("article"))
        assert article.xpath("string(.//h3)") == row.xpath("string(.//a)")
        assert row.xpath("string(./th)").split(" buffers")[0].split(" decouples")[0] in (
            target.text_content()
        )


def test_only_the_worst_answers_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    records = [graded(number, "cm", "xc" if number == 7 else "pm") for number in range(12)]
    page = made(write(tmp_path / "run.jsonl", records), answers=3)
    tree = html.fromstring(page)
    assert tree.xpath("//article/header/h3/text()") == ["queue/07", "queue/00", "queue/01"]
    said = text(page)
    assert "13 verdicts differ from the label, in 12 answers." in said
    assert "9 answers are left out. grader eval export writes them all." in said


def test_what_could_not_be_judged_is_counted_apart(tmp_path: Path) -> None:
    failed = graded(3, "cm", "uu", score=None, error=RunError(code="x", message="Timed out."))
    records = [graded(1, "cm", "cm"), graded(2, "cm", "um", score=None), failed]
    page = made(write(tmp_path / "run.jsonl", records))
    said = text(page)
    assert "In no figure: 3 points ungraded; 2 scores withheld; 1 answer failed" in said
    assert "1 answer: Timed out." in said
    assert "agrees with people on 100.0 % of 3 points" in said
    assert not html.fromstring(page).xpath("//table[@id='wrong-table']")


def test_a_run_without_labels_shows_what_the_judge_was_least_sure_of(tmp_path: Path) -> None:
    records = [graded(number, "--", "cm", label_score=None) for number in range(4)]
    page = made(write(tmp_path / "run.jsonl", records), answers=2)
    assert "nothing of it is labelled" in text(page)
    assert html.fromstring(page).xpath("//article/header/h3/text()") == ["queue/03", "queue/02"]


def test_raters_slices_and_gaps_have_their_sections(tmp_path: Path) -> None:
    rubrics = [rubric(rubric_id=f"question-{place}") for place in range(3)]
    records = [
        rated(graded(number, "cm", "cm" if number % 3 else "mm", of=rubrics[number % 3]), "a", "b")
        for number in range(30)
    ]
    page = made(write(tmp_path / "run.jsonl", records, *rubrics))
    tree = html.fromstring(page)
    assert tree.xpath("//nav//a/@href") == [
        f"#{section.get('id')}" for section in tree.xpath("//section[@id]")
    ]
    said = text(page)
    assert "a, b labelled the same 60 points" in said
    assert "channel spoken" in said
    assert tree.xpath("//section[@id='fairness']//tbody/tr")
    assert tree.xpath("//section[@id='questions']//*[local-name()='svg']")


def test_the_data_are_named_without_their_folders(tmp_path: Path) -> None:
    page = made(write(tmp_path / "run.jsonl", [graded(1)], data=("/home/someone/set.jsonl",)))
    assert "set.jsonl" in page
    assert "/home/someone" not in page


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_run_gives_the_same_bytes(tmp_path: Path, seed: str) -> None:
    records = [graded(number, "cm", "xp") for number in range(5)]
    run = write(tmp_path / "run.jsonl", records)
    program = (
        "import sys; from pathlib import Path; from evals.reports import run_html, run_report;"
        "sys.stdout.buffer.write(run_html(run_report(Path(sys.argv[1]), resamples=100)).encode())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, str(run)],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONHASHSEED": seed},
    )
    assert other.stdout == made(run).encode()
