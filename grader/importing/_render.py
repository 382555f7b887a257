"""Drafts as files: a rubric in YAML with the origin of each field above it, and its reference answer."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from grader.importing._blocks import Block
from grader.importing._document import Role, render_sources
from grader.importing._drafts import (
    Draft,
    DraftFollowUp,
    DraftMistake,
    DraftOption,
    Passage,
    Shape,
)
from grader.slugs import slug, unique
from grader.types import Severity

_WIDTH = 100
_VERSION = "0.1.0"
_PENALTIES: Mapping[Severity, int] = {Severity.MINOR: 1, Severity.MAJOR: 1, Severity.CRITICAL: 2}
_PREAMBLE = (
    "Draft, made from an interview guide by `grader import`. The comment above a field says which",
    "lines it comes from. What was drafted rather than found needs a person's eye most.",
)


_Groups = list[tuple[dict[str, Any], Passage]]


@dataclass(frozen=True, slots=True)
class Named:
    """A draft with its place in the output.

    Attributes:
        topic: Folder of both files.
        heading: The heading that the topic was made from; None if from the guide's name.
        to_finish: What a person has to do before the rubric can be published.
    """

    draft: Draft
    id: str
    topic: str
    heading: Passage | None
    to_finish: tuple[str, ...]

    @property
    def reference(self) -> str:
        """Path of the reference answer below `corpus/`."""
        return f"{self.topic}/{self.id}.md"


def to_finish(draft: Draft) -> Iterator[str]:
    """Say what a draft lacks, the gravest first."""
    points = draft.all_points
    drafted = sum(point.drafted for point in points)
    correct = not draft.options or any(option.correct for option in draft.options)
    corrected = all(mistake.correction for mistake in draft.mistakes)
    for holds, task in (
        (
            draft.question is None,
            "write the question: the guide does not hold it, and the draft does not load without it",
        ),
        (
            not points,
            "write the points: the guide gives none, and the draft does not load without one",
        ),
        (drafted, f"check {drafted} of {len(points)} points: drafted from the answer"),
        (not draft.answer, "write a reference answer: the guide gives none"),
        (draft.is_advice, "rewrite the reference answer: the guide gives advice there"),
        (not correct, "mark the correct option: the guide does not say which it is"),
        (draft.mistakes, "phrase each mistake as a candidate would hold it"),
        (not corrected, "say what is true instead of each mistake"),
        (draft.follow_ups, "check what each follow-up targets: chosen by similarity"),
        (draft.level is None, "set the level: the guide does not name one"),
    ):
        if holds:
            yield task


def render_rubric(named: Named) -> str:
    """Write a draft as a rubric file."""
    draft = named.draft
    lines = [*_comment(_PREAMBLE), "#", "# To finish:"]
    lines += [line for item in named.to_finish for line in _comment([f"- {item}"])]
    for context in draft.context:
        origin = render_sources(context.passage.sources)
        lines += _comment([f"{context.label.capitalize()} ({origin}): {context.passage.text}"])
    lines += _fields({"id": named.id, "version": _VERSION, "status": "draft"})
    if draft.title:
        origin = render_sources(draft.title.sources)
        lines += _comment([f"Title ({origin}): {draft.title.text}"])
    lines += _origin(draft.question, "missing: the guide lost it")
    lines += _fields({"question": draft.question.text if draft.question else ""})
    lines += _fields({"kind": str(draft.kind)})
    if draft.level:
        lines += [*_origin(draft.level[1]), *_fields({"level": str(draft.level[0])})]
    lines += _origin(named.heading, "from the name of the guide")
    lines += _fields({"topics": [named.topic]})
    if draft.answer:
        origin = render_sources(source for block in draft.answer for source in block.sources)
        lines += [*_comment([origin]), *_fields({"reference": named.reference})]
    lines += _lists(draft)
    return "\n".join(lines) + "\n"


def _lists(draft: Draft) -> Iterator[str]:
    # One set of ids for all lists: a follow-up's target is either a point or a mistake. A correct
    # option shares its id with the point that choosing it covers.
    taken: set[str] = set()
    options = {option.letter: _named(option.text.text, taken) for option in draft.options}
    points = [options[option.letter] for option in draft.options if option.correct]
    points += [_named(point.text, taken) for point in draft.points]
    mistakes = [_named(mistake.claim.text, taken) for mistake in draft.mistakes]
    asks = [_named(follow_up.ask.text, taken, prefix="ask-") for follow_up in draft.follow_ups]
    yield "points:" if points else "points: []  # missing: the guide gives none"
    for name, point in zip(points, draft.all_points, strict=True):
        yield from _entry([({"id": name, "claim": point.text, "weight": 1}, point)])
    yield from ["mistakes:"] * bool(mistakes)
    for name, mistake in zip(mistakes, draft.mistakes, strict=True):
        yield from _mistake(name, mistake)
    yield from ["follow_ups:"] * bool(asks)
    for name, follow_up in zip(asks, draft.follow_ups, strict=True):
        yield from _follow_up(name, follow_up, [*points, *mistakes])
    yield from ["options:"] * bool(options)
    for option in draft.options:
        yield from _option(options[option.letter], option)
    if draft.marks:
        origin = render_sources(source for mark in draft.marks for source in mark.sources)
        yield from _comment([f"Which option is correct: {origin}"])


def _mistake(name: str, mistake: DraftMistake) -> Iterator[str]:
    severity, correction = mistake.severity, mistake.correction
    fields = {"id": name, "claim": mistake.claim.text, "penalty": _PENALTIES[severity]}
    groups: _Groups = [(fields | {"severity": str(severity)}, mistake.claim)]
    if correction:
        groups.append(({"correction": correction.text}, correction))
    return _entry(groups)


def _follow_up(name: str, follow_up: DraftFollowUp, targets: Sequence[str]) -> Iterator[str]:
    chosen = [targets[at] for at in follow_up.targets]
    if expected := follow_up.expected:
        text = f"Expected ({render_sources(expected.sources)}): {expected.text}"
        yield from (f"  {line}" for line in _comment([text]))
    fields = {"id": name, "ask": follow_up.ask.text, "targets": chosen}
    yield from _entry([(fields, follow_up.ask)])


def _option(name: str, option: DraftOption) -> Iterator[str]:
    fields = {"id": name, "text": option.text.text, "correct": option.correct}
    groups: _Groups = [(fields, option.text)]
    if option.explanation:
        groups.append(({"explanation": option.explanation.text}, option.explanation))
    return _entry(groups)


def _named(text: str, taken: set[str], prefix: str = "") -> str:
    name = unique(prefix + (slug(text, most_words=4) or "claim"), taken)
    taken.add(name)
    return name


def _entry(groups: _Groups) -> Iterator[str]:
    """Write one entry of a list, each group of its fields below the comment on its origin."""
    for at, (fields, passage) in enumerate(groups):
        indent = "    " if at else "  "
        yield from (f"{indent}{line}" for line in _origin(passage))
        for number, line in enumerate(_fields(fields)):
            yield f"  - {line}" if not at and not number else f"    {line}"


def _origin(passage: Passage | None, otherwise: str = "") -> list[str]:
    if passage is None:
        return _comment([otherwise])
    notes = ["drafted"] if passage.drafted else []
    notes += [passage.note] if passage.note else []
    return _comment(["; ".join([render_sources(passage.sources), *notes])])


def _fields(fields: Mapping[str, Any]) -> list[str]:
    # Written by the library that reads it, so that no text turns into a number, a date or a mark.
    lines: list[str] = []
    for name, value in fields.items():
        flow = isinstance(value, list)
        dumped = yaml.safe_dump(
            value if flow else {name: value},
            allow_unicode=True,
            width=10_000 if flow else _WIDTH,
            default_flow_style=flow,
        )
        dumped = f"{name}: {dumped}" if flow else dumped
        lines += dumped.rstrip("\n").split("\n")
    return lines


def _comment(texts: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for text in texts:
        words = "".join(c if c.isprintable() else " " for c in text).split()
        line = "#"
        for word in words:
            if len(line) + len(word) + 1 > _WIDTH and line != "#":
                lines.append(line)
                line = "#  "
            line += f" {word}"
        lines.append(line)
    return lines


def render_answer(named: Named) -> str:
    """Write a draft's reference answer: a title, then the answer as the guide has it."""
    draft = named.draft
    title = draft.question or draft.title
    text = " ".join(title.text.split()) if title else ""
    if draft.question is None:
        about = text or named.topic.replace("-", " ")
        place = render_sources(draft.answer[0].sources)
        kind = "Advice" if draft.shape is Shape.ADVICE else "Answer to a lost question"
        text = f"{kind}: {about} ({place})"
    return f"# {text}\n\n{_markdown(draft.answer)}\n"


def _markdown(blocks: Sequence[Block]) -> str:
    text = ""
    before: Block | None = None
    for block in blocks:
        tight = before is not None and before.role is block.role and _is_tight(block.role)
        text += "" if before is None else "\n" if tight else "\n\n"
        if block.role is Role.CODE:
            text += _fenced(block)
        elif block.role is Role.BULLET:
            marker = block.marker if re.fullmatch(r"\d{1,3}\.", block.marker) else "-"
            text += f"{'  ' * min(block.level, 4)}{marker} {block.text}"
        elif block.role is Role.ROW:
            text += "| " + " | ".join(block.cells) + " |"
            if not tight:
                text += "\n|" + " --- |" * len(block.cells)
        elif block.role is Role.HEADING:
            text += f"## {block.text}"
        else:
            text += block.text
        before = block
    return text


def _is_tight(role: Role) -> bool:
    return role in {Role.BULLET, Role.ROW}


def _fenced(block: Block) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", block.text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{block.marker}\n{textwrap.dedent(block.text)}\n{fence}"
