"""Checking a model's reply: each id, each verdict, each quote. Nothing in it is taken on trust."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.judges.llm._items import VERDICTS, Items
from grader.judges.llm._quotes import QuoteFinder
from grader.types import Evidence, MistakeFinding, PointFinding, Verdict

# What the model's "sure" is taken for. Assumed, and not too high: to be measured against labels.
_SURE, _UNSURE = 0.95, 0.55

_WHY = {
    Verdict.COVERED: "Says this in the words quoted.",
    Verdict.PARTIAL: "Says part of this in the words quoted.",
    Verdict.CONTRADICTED: "The words quoted cannot be true together with this.",
    Verdict.MISSING: "Nothing in the answer says this.",
}
_MADE = "The answer asserts this in the words quoted."
_NOT_MADE = "The answer does not assert this."

_MOST_QUOTES = 10
_MOST_UNKNOWN = 5
_MOST_STARTS = 50


class _PointEntry(BaseModel):
    model_config = ConfigDict(strict=True)

    verdict: str
    quotes: list[str]
    sure: bool = False


class _MistakeEntry(BaseModel):
    model_config = ConfigDict(strict=True)

    made: bool
    quotes: list[str]
    sure: bool = False


@dataclass(frozen=True, slots=True)
class CheckedReply:
    """What of a reply can be used, and what is wrong with the rest.

    Attributes:
        points: Usable findings by point id.
        mistakes: Usable findings by mistake id.
        problems: Of each id without a usable finding, what is wrong.
        unknown: Ids in the reply that nobody asked about.
    """

    points: Mapping[str, PointFinding] = field(default_factory=dict)
    mistakes: Mapping[str, MistakeFinding] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def after(self, first: CheckedReply) -> CheckedReply:
        """Put this reply, to a repair, together with the first one."""
        return CheckedReply(
            {**first.points, **self.points},
            {**first.mistakes, **self.mistakes},
            self.problems,
            tuple(dict.fromkeys((*first.unknown, *self.unknown))),
        )


class _Unusable(ValueError):
    """One entry, or the whole reply, cannot be used; says why in words that the model reads."""


def check_reply(text: str, items: Items, finder: QuoteFinder) -> CheckedReply:
    """Check a reply.

    Args:
        text: What the model wrote.
        items: What it was asked about.
        finder: Looks for quotes in the answer.
    """
    try:
        document = _parse(text)
        entries = {name: _entries(document, name) for name in ("points", "mistakes")}
    except _Unusable as error:
        return CheckedReply(problems=dict.fromkeys(items.ids, str(error)))
    points: dict[str, PointFinding] = {}
    mistakes: dict[str, MistakeFinding] = {}
    problems: dict[str, str] = {}
    asked = {"points": [p.id for p in items.points], "mistakes": [m.id for m in items.mistakes]}
    for kind, ids in asked.items():
        for name in ids:
            try:
                entry = _only_entry(entries[kind], name)
                if kind == "points":
                    points[name] = _point(name, entry, finder)
                else:
                    mistakes[name] = _mistake(name, entry, finder)
            except _Unusable as error:
                problems[name] = str(error)
    return CheckedReply(points, mistakes, problems, tuple(_unknown(entries, asked)))


def _parse(text: str) -> Mapping[str, Any]:
    """Read the JSON object, which some models wrap in a fence, or put after their thoughts."""
    try:
        return _decode(text.strip(), whole=True)
    except _Unusable as error:
        problem = error
    starts = [match.start() for match in re.finditer(r'\{\s*"(?:points|mistakes)"', text)]
    for start in reversed(starts[-_MOST_STARTS:]):
        with contextlib.suppress(_Unusable):
            return _decode(text[start:], whole=False)
    raise problem


def _decode(text: str, *, whole: bool) -> Mapping[str, Any]:
    try:
        document, end = _DECODER.raw_decode(text)
    except _Unusable:
        raise
    except (ValueError, RecursionError):
        raise _Unusable("the reply cannot be read: it is not JSON") from None
    if whole and end < len(text):
        raise _Unusable("the reply cannot be read: there is more in it than one JSON object")
    if not isinstance(document, dict) or not document.keys() & {"points", "mistakes"}:
        raise _Unusable("the reply cannot be read: it has neither points nor mistakes")
    return document


def _no_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise _Unusable(f"the reply has an object with the key {name[:80]!r} more than once")
    return dict(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_no_repeats)


def _entries(document: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    listed = document.get(kind, [])
    if not isinstance(listed, list):
        raise _Unusable(f"'{kind}' in the reply is not a list")
    return [entry for entry in listed if isinstance(entry, dict)]


def _only_entry(entries: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    found = [entry for entry in entries if entry.get("id") == name]
    if not found:
        raise _Unusable("it has no entry")
    if len(found) > 1:
        raise _Unusable(f"it has {len(found)} entries")
    return found[0]


def _point(name: str, entry: Mapping[str, Any], finder: QuoteFinder) -> PointFinding:
    try:
        said = _PointEntry.model_validate(entry)
    except ValidationError as error:
        raise _Unusable(_describe(error)) from None
    if said.verdict not in VERDICTS:
        raise _Unusable(f"the verdict is none of {', '.join(VERDICTS)}")
    verdict = Verdict(said.verdict)
    evidence = () if verdict is Verdict.MISSING else _located(said.quotes, finder)
    confidence = _SURE if said.sure else _UNSURE
    rest = (1 - confidence) / (len(VERDICTS) - 1)
    return PointFinding(
        point_id=name,
        verdict=verdict,
        probabilities={each: confidence if each is verdict else rest for each in VERDICTS},
        evidence=evidence,
        why=_WHY[verdict],
    )


def _mistake(name: str, entry: Mapping[str, Any], finder: QuoteFinder) -> MistakeFinding:
    try:
        said = _MistakeEntry.model_validate(entry)
    except ValidationError as error:
        raise _Unusable(_describe(error)) from None
    confidence = _SURE if said.sure else _UNSURE
    return MistakeFinding(
        mistake_id=name,
        made=said.made,
        probability=confidence if said.made else 1 - confidence,
        evidence=_located(said.quotes, finder) if said.made else (),
        why=_MADE if said.made else _NOT_MADE,
    )


def _located(quotes: Sequence[str], finder: QuoteFinder) -> tuple[Evidence, ...]:
    if not quotes:
        raise _Unusable("it has no quote of the answer")
    if len(quotes) > _MOST_QUOTES:
        raise _Unusable(f"it has {len(quotes)} quotes; at most {_MOST_QUOTES} are read")
    spans = {_locate(quote, number, finder) for number, quote in enumerate(quotes, start=1)}
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def _locate(quote: str, number: int, finder: QuoteFinder) -> Evidence:
    elsewhere = False
    for span in finder.places(quote):
        if not finder.addresses_grader(span):
            return span
        elsewhere = True
    if elsewhere:
        raise _Unusable(
            f"quote {number} only speaks to the examiner and says nothing of the subject"
        )
    raise _Unusable(f"quote {number} is not in the answer, word for word")


def _unknown(
    entries: Mapping[str, Sequence[Mapping[str, Any]]], asked: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    given = (
        str(entry.get("id"))
        for kind, ids in asked.items()
        for entry in entries[kind]
        if entry.get("id") not in ids
    )
    for name in list(dict.fromkeys(given))[:_MOST_UNKNOWN]:
        yield " ".join(name[:80].split())


def _describe(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg'].lower()}"
