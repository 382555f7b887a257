"""The fields of one unit: which blocks stand under which label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grader.importing._blocks import Block, Skip
from grader.importing._cues import LIST_CUES, Cue
from grader.importing._document import Role, Sources, merge_sources, render_sources
from grader.importing._drafts import Context, DraftFollowUp, DraftMistake, Passage
from grader.importing._lists import read_follow_ups, read_mistakes, read_points
from grader.importing._sentences import asks, leans, sentences
from grader.types import Kind, Level, Severity
from grader.words import words

_CONTEXT = (Cue.SETUP, Cue.PROMPT, Cue.ADVICE, Cue.LEARNINGS, Cue.LEVEL, Cue.DETAIL)


@dataclass(slots=True)
class Fields:
    """Blocks by the label above them.

    Attributes:
        head: What stands before the first label, the question's own aside.
    """

    head: list[Block] = field(default_factory=list)
    under: dict[Cue, list[Block]] = field(default_factory=dict)

    def get(self, *cues: Cue) -> list[Block]:
        """The blocks that have text under any of some labels, in the order of the labels."""
        return [block for cue in cues for block in self.under.get(cue, ()) if block.text]

    def has(self, *cues: Cue) -> bool:
        """Tell whether there is text under any of some labels."""
        return bool(self.get(*cues))


def collect(blocks: Iterable[Block], start: Cue | None = None) -> Fields:
    """Sort blocks by label.

    Args:
        blocks: Of one unit, in order.
        start: The label to assume before the first one.
    """
    fields = Fields()
    cue = start
    for block in blocks:
        if block.label and block.cue is not Cue.QUESTION:
            cue = Cue.PROMPT if block.cue is Cue.INTERVIEWER else block.cue
        elif block.role is Role.HEADING and cue in LIST_CUES and block.cue is None:
            # A heading of its own below a list goes on explaining.
            cue = Cue.ANSWER
        if cue is None or block.cue is Cue.QUESTION:
            fields.head.append(block)
        else:
            fields.under.setdefault(cue, []).append(block)
    return fields


@dataclass(slots=True)
class Lists:
    """What the lists of a unit hold."""

    points: list[Passage]
    mistakes: list[DraftMistake]
    follow_ups: list[DraftFollowUp]
    skips: list[Skip]


def read_lists(fields: Fields) -> Lists:
    """Read key points, mistakes, red flags and follow-ups."""
    points, skips = read_points(fields.get(Cue.POINTS))
    mistakes: list[DraftMistake] = []
    for cue, severity in ((Cue.MISTAKES, Severity.MAJOR), (Cue.RED_FLAGS, Severity.CRITICAL)):
        found, skipped = read_mistakes(fields.get(cue), severity)
        mistakes += found
        skips += skipped
    follow_ups, skipped = read_follow_ups(fields.get(Cue.FOLLOW_UPS))
    return Lists(points, mistakes, follow_ups, skips + skipped)


def without_repeats(blocks: Iterable[Block]) -> tuple[list[Block], list[Skip]]:
    """Drop the entries of an answer's lists that stand there a second time, as exports repeat them."""
    kept: list[Block] = []
    skips: list[Skip] = []
    seen: dict[tuple[str, ...], Sources] = {}
    for block in blocks:
        key = tuple(words(block.text))
        if block.role is Role.BULLET and key in seen:
            skips.append(Skip(block.sources, f"repeats {render_sources(seen[key])}", block.text))
            continue
        seen.setdefault(key, block.sources)
        kept.append(block)
    return kept, skips


def passage(blocks: Sequence[Block]) -> Passage:
    """Join blocks into one text; code and list entries keep their lines."""
    text = ""
    for block in blocks:
        if text:
            text += "\n" if Role.CODE in {block.role, blocks[0].role} or "\n" in text else " "
        text += block.text
    return Passage(text, sources_of(blocks))


def sources_of(blocks: Iterable[Block]) -> Sources:
    """All lines of some blocks."""
    return merge_sources(source for block in blocks for source in block.sources)


def context(fields: Fields, *without: Cue) -> tuple[Context, ...]:
    """Collect what explains a draft and has no field: setup, learnings and the like."""
    return tuple(
        Context(str(cue), passage([block]))
        for cue in _CONTEXT
        if cue not in without
        for block in fields.get(cue)
    )


_MOST_WORDS = 45
_FEWEST_WORDS = 5
_EMPTY_START = re.compile(
    r"(?:yes|no|sure|great|good|of\s+course|in\s+(?:summary|conclusion|short)|to\s+sum\s+up|for\s+example"
    r"|for\s+instance|e\.g\.|the\s+following|as\s+(?:shown|seen|mentioned)|see\b)",
    re.IGNORECASE,
)


def candidates(blocks: Sequence[Block]) -> tuple[Passage, ...]:
    """Find the sentences and list entries of an answer that could each be a point.

    What leans on its neighbours, asks, only introduces something, or is too short or too long to be
    one claim is left out; it stays in the reference answer.
    """
    found: dict[str, Passage] = {}
    for block in blocks:
        # A row of a table says little without its header; it stays in the reference answer.
        if block.role not in {Role.TEXT, Role.BULLET}:
            continue
        for text in sentences(block.text):
            if _could_be_point(text):
                made = Passage(text, block.sources, drafted=True, note="a sentence of the answer")
                found.setdefault(text.lower(), made)
    return tuple(found.values())


def _could_be_point(text: str) -> bool:
    count = len(text.split())
    return (
        _FEWEST_WORDS <= count <= _MOST_WORDS
        and not leans(text)
        and not asks(text)
        and not text.endswith((":", "…"))
        and not _EMPTY_START.match(text)
    )


_KINDS = (
    (Kind.SYSTEM_DESIGN, r"system\s+design|architecture|design"),
    (Kind.INCIDENT, r"incident|debug(?:ging)?|troubleshooting|outage|production\s+issue|on-?call"),
    (Kind.BEHAVIOURAL, r"behaviou?ral|soft\s+skills?|leadership|culture|star"),
    (Kind.CODING_DISCUSSION, r"coding|code\s+review|live\s+coding|algorithm|pairing"),
    (Kind.TECHNICAL, r"technical|theory|knowledge|concepts?"),
)
_BEHAVIOURAL = re.compile(
    r"tell\s+me\s+about\s+(?:a|an|the|your|one)\b.*\b(?:you|your)\b|tell\s+me\s+about\s+yourself"
    r"|(?:describe|give(?:\s+me)?\s+an\s+example\s+of|share|recall)\s+(?:a|an|the)?\s*(?:time|situation|moment"
    r"|occasion|conflict|failure)\b|have\s+you\s+ever\b|when\s+(?:was\s+the\s+last\s+time|have)\s+you\b"
    r"|what\s+is\s+your\s+(?:biggest|greatest)",
    re.IGNORECASE,
)
_DESIGN = re.compile(
    r"(?:please\s+)?(?:design|architect)\b|how\s+would\s+you\s+(?:design|architect)\b",
    re.IGNORECASE,
)


def kind_of(aside: str, question: str) -> Kind:
    """Tell the kind of a question from what its label says, or from how it is asked."""
    for kind, pattern in _KINDS:
        if aside and re.search(rf"\b(?:{pattern})\b", aside, re.IGNORECASE):
            return kind
    if _BEHAVIOURAL.search(question):
        return Kind.BEHAVIOURAL
    return Kind.SYSTEM_DESIGN if _DESIGN.match(question) else Kind.TECHNICAL


_LEVELS = (
    (Level.INTERN, r"intern(?:ship)?|trainee"),
    (Level.JUNIOR, r"junior|entry[\s-]level|beginner|graduate"),
    (Level.MID, r"mid(?:dle)?(?:[\s-]level)?|intermediate"),
    (Level.SENIOR, r"senior"),
    (Level.STAFF, r"staff|principal"),
)
# Words for how hard a question is, which say something of people only below a label.
_DIFFICULTIES = {"easy": Level.JUNIOR, "medium": Level.MID, "hard": Level.SENIOR}
_OF_PEOPLE = r"(?:\s+[\w./-]+){0,2}[\s-]*(?:level|engineers?|developers?|candidates?|role|position|interviews?|questions?)"


def level_of(text: str, *, labelled: bool = False) -> Level | None:
    """Tell the level that a heading, an aside or a setup names.

    Args:
        text: What to look in.
        labelled: Whether the text stands under a label such as `Level:`, where one word is enough.
    """
    if labelled and (level := _DIFFICULTIES.get(text.strip(" .").lower())):
        return level
    found = [
        level
        for level, pattern in _LEVELS
        if re.search(rf"\b(?:{pattern})\b" + ("" if labelled else _OF_PEOPLE), text, re.IGNORECASE)
    ]
    return found[0] if len(found) == 1 else None
