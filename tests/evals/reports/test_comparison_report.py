"""What the report of a comparison says."""

from __future__ import annotations

from pathlib import Path

from lxml import html

from evals.comparison import Comparison, compare, headline_sentences
from evals.reports import comparison_html
from evals.runs import RunFile
from tests.evals.reports.material import POINTS, graded, pair, rubric, write
from tests.evals.reports.test_run_report import text


def compared(first: Path, second: Path, changed_answers: int = 50) -> Comparison:
    return compare(
        RunFile.open(first),
        RunFile.open(second),
        resamples=200,
        changed_answers=changed_answers,
    )


def test_differences_carry_arrow_interval_and_p(tmp_path: Path) -> None:
    comparison = compared(*pair(tmp_path))
    page = comparison_html(comparison)
    said = text(page)
    assert all(each in said for each in headline_sentences(comparison, figures=False))
    row = next(
        row
        for row in html.fromstring(page).xpath("//table[contains(@class, 'differences')]//tr")
        if "Same verdict as the label" in row.text_content()
    )
    cells = [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]
    assert cells[:3] == ["50.0 %", "93.8 %", "▲ +43.8, better"]
    assert " to " in cells[3]
    assert cells[4].startswith(("<", "."))


def test_both_wordings_of_a_point_are_shown_with_what_differs(tmp_path: Path) -> None:
    tree = html.fromstring(comparison_html(compared(*pair(tmp_path))))
    assert "sudden" in tree.xpath("//section[@id='rubrics']//ins/text()")
    assert "sudden" in tree.xpath("//section[@id='points']//ins/text()")
    article = tree.xpath("//article[@class='answer'][.//ins]")[0]
    assert "A queue holds" in article.text_content()


def test_changed_answers_stand_side_by_side(tmp_path: Path) -> None:
    comparison = compared(*pair(tmp_path))
    tree = html.fromstring(comparison_html(comparison))
    names = [changed.id for changed in comparison.changed_answers]
    assert tree.xpath("//article[@class='answer']/header/h3/text()") == names
    assert tree.xpath("//table[@id='changed-table']/tbody//a/text()") == names
    sides = tree.xpath("//article[@class='answer']")[0].find_class("sides")[0]
    assert sides.xpath("./div/dt/text()") == ["First", "Second"]
    assert len(sides.find_class("badge")) == 2


def test_left_out_changes_are_counted(tmp_path: Path) -> None:
    comparison = compared(*pair(tmp_path), changed_answers=2)
    said = text(comparison_html(comparison))
    assert f"{comparison.changed - 2} are left out" in said


def test_labels_without_a_counterpart_and_new_points_are_named(tmp_path: Path) -> None:
    old = rubric()
    new = rubric("2.0.0", {"decouples": POINTS["decouples"], "retries": "Failed work is retried."})
    first = [graded(number, "cm", "cm", of=old) for number in range(8)]
    second = [
        graded(number, "c-", "cc", of=new, unmapped=("buffers",), label_score=None)
        for number in range(8)
    ]
    page = comparison_html(
        compared(write(tmp_path / "a.jsonl", first, old), write(tmp_path / "b.jsonl", second, new))
    )
    labels = html.fromstring(page).get_element_by_id("labels").text_content()
    assert "buffers" in labels
    assert "retries" in labels
    said = text(page)
    assert "only in the first" in said
    assert "only in the second" in said


def test_two_equal_runs_have_nothing_to_show(tmp_path: Path) -> None:
    first, _ = pair(tmp_path)
    page = comparison_html(compared(first, first))
    assert "0 answers are graded differently" in text(page)
    tree = html.fromstring(page)
    assert not tree.xpath("//section[@id='changed' or @id='rubrics']")
    assert not tree.find_class("better")
    assert not tree.find_class("worse")
