"""The reports in a real browser: inert, offline, and usable."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.comparison import compare
from evals.reports import comparison_html, run_html, run_report
from evals.runs import RunFile
from tests.evals.reports.browsing import Open
from tests.evals.reports.material import MARKUP, graded, hostile_run, pair, write


@pytest.fixture
def page(tmp_path: Path) -> str:
    records = [graded(number, "cm", "mm" if number % 2 else "cx") for number in range(9)]
    return run_html(run_report(write(tmp_path / "run.jsonl", records), resamples=100))


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path, open_page: Open) -> None:
    run = hostile_run(tmp_path / "hostile.jsonl")
    first, second = (
        RunFile.open(hostile_run(tmp_path / f"{verdicts}.jsonl", verdicts, "queue-basics"))
        for verdicts in ("mcxp", "ccmm")
    )
    comparison = compare(first, second, names=(MARKUP, MARKUP), resamples=100)
    for html in (run_html(run_report(run, resamples=100)), comparison_html(comparison)):
        visit = open_page(html)
        assert visit.page.evaluate("window.ran") is None
        assert visit.complaints == []
        assert [url for url in visit.requests if not url.startswith("file:")] == []
        assert len(visit.requests) == 1
        assert visit.page.locator("img, iframe, object, body style, main script").count() == 0
        assert visit.page.locator("a[href]:not([href^='#'])").count() == 0
        assert "<script>window.ran=1</script>" in visit.page.locator("main").inner_text()


def test_policy_stops_what_the_page_does_not_bring(page: str, open_page: Open) -> None:
    injected = page.replace(
        "</main>", "<script>window.ran=1</script><img src='http://evil.test/x.png'></main>"
    )
    visit = open_page(injected)
    assert visit.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in said for said in visit.complaints)


def test_rows_sort_and_filter_by_keyboard(page: str, open_page: Open) -> None:
    visit = open_page(page)
    rows = visit.page.locator("#wrong-table tbody tr")
    sure = visit.page.locator("#wrong-table td[data-name=sure]")
    visit.page.locator("#wrong-table").get_by_role("button", name="Sure").focus()
    visit.page.keyboard.press("Enter")
    downwards = [float(cell.get_attribute("data-value") or "") for cell in sure.all()]
    visit.page.keyboard.press("Enter")
    upwards = [float(cell.get_attribute("data-value") or "") for cell in sure.all()]
    assert downwards == sorted(downwards, reverse=True)
    assert upwards == sorted(upwards)
    assert len(set(upwards)) > 1
    head = visit.page.locator("#wrong-table th[aria-sort]")
    assert head.count() == 1
    assert head.get_attribute("aria-sort") == "ascending"

    visit.page.locator("select[data-column=verdict]").select_option("contradicted")
    shown = [row for row in rows.all() if row.is_visible()]
    assert len(shown) == 5
    assert all("contradicted" in row.inner_text() for row in shown)
    assert visit.page.locator("output").inner_text() == f"5 of {rows.count()} rows"
    visit.page.get_by_label("Find").fill("nowhere to be found")
    assert not any(row.is_visible() for row in rows.all())


def test_a_row_leads_to_its_answer_with_only_its_words_marked(open_page: Open, page: str) -> None:
    visit = open_page(page)
    link = visit.page.locator("#wrong-table a").first
    name = link.inner_text()
    link.press("Enter")
    chosen = visit.page.locator(".finding.chosen")
    chosen.wait_for()
    article = visit.page.locator("article:has(.finding.chosen)")
    assert article.locator("h3").inner_text() == name
    assert abs(article.evaluate("each => each.getBoundingClientRect().top")) < 40
    number = chosen.get_attribute("data-finding")
    lit = article.locator("mark:not(.off)")
    assert lit.count() > 0
    for mark in lit.all():
        assert number in (mark.get_attribute("data-findings") or "").split()


def test_evidence_of_rater_and_judge_differ_by_more_than_colour(
    tmp_path: Path, open_page: Open
) -> None:
    run = write(tmp_path / "run.jsonl", [graded(1, "cm", "pm")])
    visit = open_page(run_html(run_report(run, resamples=100)))
    words = visit.page.locator("article .words")
    style = (
        "each => [getComputedStyle(each).borderTopStyle, getComputedStyle(each).borderBottomStyle]"
    )
    assert words.locator("mark.judge:not(.label)").evaluate(style) == ["none", "solid"]
    assert words.locator("mark.label:not(.judge)").evaluate(style) == ["dashed", "none"]
    assert words.locator("mark.label.judge").evaluate(style) == ["dashed", "solid"]
    assert words.locator("mark").all_inner_texts() == ["A queue ", "lets t", "he pro"]


@pytest.mark.parametrize("width", [390, 1600])
def test_nothing_sticks_out(tmp_path: Path, open_page: Open, page: str, width: int) -> None:
    first, second = (RunFile.open(path) for path in pair(tmp_path))
    for html in (page, comparison_html(compare(first, second, resamples=100))):
        visit = open_page(html, width=width)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_theme_follows_the_system_and_can_be_changed(page: str, open_page: Open) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    plot = "getComputedStyle(document.querySelector('.plot text')).fill"
    light, dark = open_page(page, color_scheme="light"), open_page(page, color_scheme="dark")
    assert light.page.evaluate(paper) != dark.page.evaluate(paper)
    assert light.page.evaluate(plot) != dark.page.evaluate(plot)
    light.page.get_by_role("button", name="Switch to dark colours").press("Enter")
    assert light.page.evaluate(paper) == dark.page.evaluate(paper)


def test_all_is_readable_without_the_script(page: str, open_page: Open) -> None:
    visit = open_page(page, java_script_enabled=False)
    assert visit.page.locator("#wrong-table tbody tr").first.is_visible()
    assert visit.page.locator("search").is_hidden()
    assert visit.page.get_by_role("button").count() == 0


def test_every_link_has_a_target_and_every_id_is_one(
    tmp_path: Path, open_page: Open, page: str
) -> None:
    first, second = (RunFile.open(path) for path in pair(tmp_path))
    for html in (page, comparison_html(compare(first, second, resamples=100))):
        visit = open_page(html)
        ids = visit.page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
        assert len(ids) == len(set(ids))
        linked = visit.page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(each => each.getAttribute('href'))"
        )
        assert {link.removeprefix("#") for link in linked} <= set(ids)
