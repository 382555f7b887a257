"""An interview's report as Markdown, to be read, mailed or printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.interviewing._pooling import TurnEvidence
from grader.interviewing._report import (
    GapReport,
    GroupReport,
    InterviewReport,
    MistakeReport,
    QuestionReport,
    Strength,
)
from grader.spoken import Delivery
from grader.types import Verdict

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_PART = "Something of a key point"
_GAP = {
    Verdict.MISSING: "not said",
    Verdict.PARTIAL: "said in part",
    Verdict.CONTRADICTED: "contradicted",
}


def as_markdown(report: InterviewReport) -> str:
    """Write a report as CommonMark with tables; text of candidates and rubrics is escaped."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: InterviewReport) -> Iterator[str]:
    yield f"# {_plain(report.title)}"
    yield ""
    yield from _summary(report)
    yield from _table("Topic", report.topics)
    yield from _table("Level", report.levels)
    for question in report.questions:
        yield from _question(question)
    if report.study:
        yield from ("## What to study", "")
        for item in report.study:
            source = f" ({_plain(item.source)})" if item.source else ""
            yield f"- {item.topic}: {_plain(item.question)}{source}"
        yield ""
    if report.not_asked:
        yield from ("## Not asked", "", *(f"- {_plain(name)}" for name in report.not_asked), "")
    if report.delivery is not None:
        yield from _delivery(report.delivery)


def _delivery(found: Delivery) -> Iterator[str]:
    yield from ("## Delivery", "", "How it was spoken; no part of any score.", "")
    yield f"- {found.speech_rate:.0f} words a minute over {found.speaking_ms / 1000:.0f} seconds"
    if found.pauses is not None:
        yield f"- {found.pauses.count} pauses, {found.pauses.long_count} of them of 2 s or more"
    yield f"- {found.fillers.count} fillers, {found.fillers.per_minute:.1f} a minute"
    yield f"- {len(found.self_corrections)} self-corrections"
    yield ""


def _summary(report: InterviewReport) -> Iterator[str]:
    script = f"{_plain(report.script)}, " if report.script else ""
    used = f"{report.seconds / 60:.0f} of {report.minutes} minutes"
    yield f"{script}{report.level} level; {len(report.questions)} questions, {used}"
    yield ""
    if report.prompted is None:
        yield "**No score for the whole.**"
    else:
        band = f", {report.band.replace('_', ' ')}" if report.band else ""
        scores = (
            f"**{_score(report.unprompted)}** unprompted, **{_score(report.prompted)}** with help"
        )
        yield f"{scores}{band}"
    yield ""
    if report.caveats:
        yield from (*(f"- {_plain(each)}" for each in report.caveats), "")


def _table(heading: str, groups: Sequence[GroupReport]) -> Iterator[str]:
    if not groups:
        return
    yield f"| {heading} | Questions | Unprompted | With help |"
    yield "|---|---:|---:|---:|"
    for group in groups:
        scores = f"{_score(group.unprompted)} | {_score(group.prompted)}"
        yield f"| {_plain(group.name)} | {group.questions} | {scores} |"
    yield ""


def _question(question: QuestionReport) -> Iterator[str]:
    yield f"## {question.number}. {_plain(question.question)}"
    yield ""
    scores = f"{_score(question.unprompted)} unprompted, {_score(question.prompted)} with help"
    asked = f"{question.follow_ups} follow-ups, {question.hints} of them helping"
    closed = f"; {question.reason.replace('_', ' ')}" if question.reason else ""
    yield f"{question.topic}, {question.level}; {scores}; {asked}{closed}"
    yield ""
    yield from _section("Said", [_strength(each) for each in question.strengths])
    yield from _section("Mistakes", [_mistake(each) for each in question.mistakes])
    yield from _section("Left open", list(_gaps(question.gaps)))
    yield from _section("Not judged", [_plain(each) for each in question.not_judged])
    yield from _section("For a person to look at", [_plain(r) for r in question.review_reasons])


def _section(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from (f"**{title}**", "", *(f"- {entry}" for entry in entries), "")


def _strength(strength: Strength) -> str:
    notes = ["in part"] * (strength.verdict is Verdict.PARTIAL)
    notes += ["with help"] * strength.prompted
    suffix = f" ({', '.join(notes)})" if notes else ""
    return f"{_plain(strength.claim or _PART)}{suffix}{_quotes(strength.quotes)}"


def _mistake(mistake: MistakeReport) -> str:
    state = "stands"
    if mistake.corrected:
        state = "taken back with help" if mistake.prompted else "taken back"
    correction = f" Instead: {_plain(mistake.correction)}" if mistake.correction else ""
    return f"{_plain(mistake.claim)} ({state}){_quotes(mistake.quotes)}{correction}"


def _gaps(gaps: Sequence[GapReport]) -> Iterator[str]:
    for gap in gaps:
        if gap.claim is not None:
            quotes = _quotes(gap.quotes)
            read = f"\n\n  > {_plain(gap.passage.text)}" if gap.passage else ""
            yield f"{_plain(gap.claim)} ({_GAP[gap.verdict]}){quotes}{read}"
    unnamed = [gap for gap in gaps if gap.claim is None]
    if unnamed:
        count = len(unnamed)
        yield f"{count} point{'s' * (count != 1)} of {sum(gap.weight for gap in unnamed):g} in weight"


def _quotes(spans: Sequence[TurnEvidence]) -> str:
    return "".join(f" “{_plain(' '.join(span.quote.split()))}”" for span in spans)


def _score(value: float | None) -> str:
    return "withheld" if value is None else f"{value:g}"


def _plain(text: str) -> str:
    """Escape what Markdown or HTML would read as markup, and keep it on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
