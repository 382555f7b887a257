"""The reports as Markdown: well formed whatever they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evals.comparison import compare
from evals.reports import comparison_markdown, run_markdown, run_report
from evals.reports._markdown import code, escaped, table
from evals.runs import RunFile
from tests.evals.reports.material import MARKUP, graded, hostile_run, pair, write

_OURS = {"details", "summary", "code", "b", "ins", "sub"}


def parser() -> MarkdownIt:
    return MarkdownIt("gfm-like")


def tables(tokens: list[Token]) -> list[list[int]]:
    """The number of cells in each row of each table."""
    found: list[list[int]] = []
    for token in tokens:
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append(0)
        elif token.type in {"th_open", "td_open"}:
            found[-1][-1] += 1
    return found


@pytest.fixture
def reports(tmp_path: Path) -> list[str]:
    """Of a plain run, of a hostile one, of a plain comparison, of a hostile one."""
    plain = write(tmp_path / "run.jsonl", [graded(n, "cm", "xp") for n in range(9)])
    hostile = hostile_run(tmp_path / "hostile.jsonl")
    attacks = (
        RunFile.open(hostile_run(tmp_path / f"{verdicts}.jsonl", verdicts, "queue-basics"))
        for verdicts in ("mcxp", "ccmm")
    )
    before, after = (RunFile.open(path) for path in pair(tmp_path))
    return [
        run_markdown(run_report(plain, resamples=100)),
        run_markdown(run_report(hostile, resamples=100)),
        comparison_markdown(compare(before, after, resamples=100)),
        comparison_markdown(compare(*attacks, names=(MARKUP, MARKUP), resamples=100)),
    ]


def test_tables_are_well_formed(reports: list[str]) -> None:
    for report in reports:
        tokens = parser().parse(report)
        # The table of measures, the matrix of verdicts, and one for each of five answers.
        assert len(tables(tokens)) >= 7
        for rows in tables(tokens):
            assert len(rows) > 1
            assert len(set(rows)) == 1
        assert report.count("<details>") == report.count("</details>") == 5


def test_no_text_becomes_markup(reports: list[str]) -> None:
    for report in reports:
        tree = html.fromstring(f"<div>{parser().render(report)}</div>")
        markdown = {"div", "p", "h3", "table", "thead", "tbody", "tr", "th", "td", "strong"}
        rest = {str(each.tag) for each in tree.iter()} - _OURS - markdown
        assert rest <= {"blockquote", "ul", "li"}
        assert not tree.xpath("//@onerror | //@onload | //@href | //@src")


@pytest.mark.parametrize(
    "hostile",
    [
        "a | b",
        "`code` and *stars* and _lines_ and ~~struck~~",
        "[link](http://evil.test) ![image](x.png) <http://evil.test>",
        "see http://evil.test/x?y=1 and www.evil.test",
        "line\n\n# heading\n\n- item\n\n```\nfence",
        "</summary></details><script>alert(1)</script>",
        "back \\| slash \\",
        "&lt;b&gt; &amp;",
    ],
)
def test_a_cell_reads_as_the_text_it_holds(hostile: str) -> None:
    for write_as in (escaped, code):
        shown = parser().render(table(["first", "second"], [[write_as(hostile), "end"]], "ll"))
        cells = html.fromstring(shown).xpath("//tbody/tr/td")
        assert [cell.text_content().replace("\u2060", "") for cell in cells] == [
            " ".join(hostile.split()),
            "end",
        ]
        assert not cells[0].xpath(".//a | .//em | .//strong | .//img | .//script")


def test_mentions_notify_nobody() -> None:
    assert "@team" not in escaped("ask @team about #12")
    assert "#12" not in escaped("ask @team about #12")


def test_differences_have_arrow_and_p(reports: list[str]) -> None:
    line = next(each for each in reports[2].splitlines() if "Same verdict as the label" in each)
    assert "▲ **+43.8**" in line
    assert reports[2].startswith("### ")


def test_evidence_of_both_is_told_apart(reports: list[str]) -> None:
    assert "<b>" in reports[0]
    assert "<ins>" in reports[0]
    assert "<ins><b>" in reports[0]
