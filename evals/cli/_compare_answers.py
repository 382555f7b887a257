"""The answers that two runs grade differently, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from evals.comparison import ChangedAnswer, ChangedFinding, Finding

_LONGEST_NAME = 34
_LONGEST_QUOTE = 60


def changed_text(answers: Iterable[ChangedAnswer]) -> Group:
    """Say of each answer which findings changed, and what either run quotes for them."""
    return Group(*(line for answer in answers for line in _changed(answer)))


def _changed(answer: ChangedAnswer) -> Iterator[Text | Padding]:
    labels = {answer.first.label_score, answer.second.label_score} - {None}
    told = ", by the labels " + " or ".join(map(_score, labels)) if labels else ""
    moved = f"  {_score(answer.first.score)} to {_score(answer.second.score)}{told}"
    yield Text(answer.id, style="bold") + Text(moved, style="not bold")
    if not answer.findings:
        yield _indented("the verdicts are the same; weights or penalties differ", 2)
    for finding in answer.findings:
        old, new = (each.verdict if each else None for each in (finding.first, finding.second))
        label = finding.label
        style = "" if label is None else {new: "green", old: "red"}.get(label, "")
        labelled = "" if label is None else f", labelled {label}"
        verdicts = f"{old or 'not in A'} to {new or 'not in B'}{labelled}".replace("_", " ")
        yield _indented(f"{finding.id}: {verdicts}", 2, style)
        yield from (_indented(line, 4, "dim") for line in _reasons(finding))


def _indented(text: str, by: int, style: str = "") -> Padding:
    return Padding(Text(text, style=style), (0, 0, 0, by))


def _reasons(finding: ChangedFinding) -> Iterator[str]:
    sides = {"A": finding.first, "B": finding.second}
    reworded = finding.first and finding.second and finding.first.claim != finding.second.claim
    reasons: dict[str, list[str]] = {}
    for letter, each in sides.items():
        if each is None:
            continue
        if reworded:
            yield f"{letter} asks: {each.claim}"
        reasons.setdefault(_reason(each), []).append(letter)
    for reason, letters in reasons.items():
        if reason:
            yield f"{' and '.join(letters)}: {reason}"


def _reason(finding: Finding) -> str:
    if finding.evidence:
        return f"“{shortened(finding.evidence[0].quote, _LONGEST_QUOTE)}”"
    return finding.why


def _score(value: float | None) -> str:
    return "withheld" if value is None else f"{value:.1f}"


def shortened(text: str, longest: int = _LONGEST_NAME) -> str:
    """Cut a text that is too long for its column."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
