"""The pieces reports are put together from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from evals.reports._charts import Dot, confusion_chart, dot_chart
from evals.reports._spans import marks_of, pieces
from evals.reports._words import Unit, number, p_value, span
from grader.types import Evidence

_SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


@given(st.text(max_size=30), _SPANS, _SPANS)
def test_pieces_are_the_answer_and_carry_every_mark(
    answer: str, judged: list[tuple[int, int]], labelled: list[tuple[int, int]]
) -> None:
    marks = []
    for source, spans in (("judge", judged), ("label", labelled)):
        evidence = [
            Evidence(start=a, end=b, quote=answer[a:b]) for a, b in spans if a < b <= len(answer)
        ]
        marks += marks_of(evidence, source, 1)
    cut = pieces(answer, marks)
    assert "".join(piece.text for piece in cut) == answer
    for mark in marks:
        marked = "".join(piece.text for piece in cut if mark in piece.marks)
        assert marked == answer[mark.start : mark.end]
    assert sum(len(piece.begins) for piece in cut) == len(marks)
    assert sum(len(piece.ends) for piece in cut) == len(marks)


def test_overlapping_evidence_of_one_source_is_one_mark() -> None:
    evidence = [Evidence(start=a, end=b, quote="x") for a, b in ((4, 9), (0, 5), (12, 14))]
    assert [(m.start, m.end) for m in marks_of(evidence, "judge", 1)] == [(0, 9), (12, 14)]


def test_a_plot_has_no_style_and_names_that_cannot_clash() -> None:
    label = "a </text><script>1</script> $x^2$ \x00 漢字"
    dots = [Dot(label, 0.2, 0.1, 0.3, "20 %"), Dot("plain", 0.5, None, None, "50 %")]
    drawn = {name: dot_chart(name, dots, label, line=0) for name in ("one", "two")}
    ids: dict[str, set[str]] = {}
    for name, plot in drawn.items():
        root = etree.fromstring(plot)
        assert not root.xpath("//@style | //*[local-name()='style'] | //*[local-name()='script']")
        assert not root.xpath("//*[local-name()='metadata']")
        assert "#000000" not in plot
        ids[name] = {str(each) for each in root.xpath("//@id")}
        texts = [str(each) for each in root.xpath("//*[local-name()='text']/text()")]
        assert any("<script>" in each and "$x^2$" in each and "漢字" in each for each in texts)
        assert root.xpath("string(*[local-name()='title'])")
        assert root.xpath("string(*[local-name()='desc'])")
    assert not ids["one"] & ids["two"]


def test_a_plot_is_drawn_in_the_colours_of_the_page() -> None:
    counts = {"covered": {"covered": 3, "missing": 1}, "missing": {"covered": 0, "missing": 2}}
    root = etree.fromstring(confusion_chart("confusion", counts))
    colours = {str(each) for each in root.xpath("//@fill | //@stroke")}
    assert {"var(--ink)", "var(--accent)", "var(--bad)"} <= colours
    assert all(each == "none" or each.startswith("var(") for each in colours)


@pytest.mark.parametrize(
    ("value", "unit", "signed", "written"),
    [
        (0.7042, Unit.SHARE, False, "70.4 %"),
        (0.646, Unit.COEFFICIENT, False, "0.65"),
        (-0.004, Unit.COEFFICIENT, True, "0.00"),
        (-1.61, Unit.SCORE, True, "−1.6"),
        (0.05, Unit.SHARE, True, "+5.0 %"),
        (None, Unit.SCORE, False, "–"),
    ],
)
def test_numbers(value: float | None, unit: Unit, signed: bool, written: str) -> None:
    assert number(value, unit, signed=signed) == written


def test_intervals_and_p_values() -> None:
    assert span(-0.02, 0.113, Unit.SHARE, signed=True) == "−2.0 to +11.3 %"
    assert [p_value(each) for each in (0.0004, 0.0312, 1.0, None)] == [
        "< .001",
        ".031",
        "1.000",
        "–",
    ]
