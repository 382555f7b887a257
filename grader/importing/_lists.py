"""The lists of a guide: key points, mistakes and follow-ups, with what is nested and what repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from grader.importing._blocks import Block, Skip
from grader.importing._claims import split_claim, split_list
from grader.importing._cues import Cue
from grader.importing._document import Role, Sources, merge_sources, render_sources
from grader.importing._drafts import DraftFollowUp, DraftMistake, Passage
from grader.importing._sentences import asks, is_task, leans, sentences
from grader.importing._tables import is_header
from grader.types import Severity
from grader.words import words

_SHORT = 5
_LEAD_IN = re.compile(r"[:：]$")
_INSTEAD = re.compile(
    r"\s*(?:→|->|=>|✅)\s*|(?<=[.;!])\s+(?=(?:instead|correction|correct|better|fix|right)\s*[:,])|"
    r"\s+\((?=(?:instead|correct|better|fix|right|rather)\b)",
    re.IGNORECASE,
)
_INSTEAD_LABEL = re.compile(
    r"(?:instead|correction|correct|better|fix|right|do\s+this|what\s+to\s+do(?:\s+instead)?)\s*[:,–—-]\s*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Item:
    """One entry of a list, with what is nested below it."""

    text: str
    sources: Sources
    level: int = 0
    bullet: bool = False
    cells: tuple[str, ...] = ()
    children: list[Item] = field(default_factory=list)


def read_items(blocks: Iterable[Block]) -> tuple[list[Item], list[Skip]]:
    """Read the blocks of one list into its entries.

    Bullets make up the list where there are any. Where there are none, as after an export that lost
    them, every paragraph is an entry.

    Returns:
        The outermost entries, and what belongs to none: lead-ins, repetitions, code, text below.
    """
    items: list[Item] = []
    skips: list[Skip] = []
    stack: list[Item] = []
    seen: dict[tuple[str, ...], Sources] = {}
    for block in blocks:
        if not block.text:
            continue
        if (reason := _not_an_entry(block, blocks=items)) is not None:
            skips.append(Skip(block.sources, reason, block.text))
            continue
        key = tuple(words(block.text))
        if key in seen:
            # A heading repeated as its own list's only entry, a list exported twice.
            reason = f"repeats {render_sources(seen[key])}"
            skips.append(Skip(block.sources, reason, block.text))
            continue
        seen[key] = block.sources
        # A small letter below `Distinguishes:` is nested, though the indentation is lost.
        lost = bool(stack) and bool(_LEAD_IN.search(stack[0].text)) and block.text[:1].islower()
        level = max(block.level, stack[0].level + 1) if lost else block.level
        item = Item(_row(block), block.sources, level, block.role is Role.BULLET, block.cells)
        nested = block.role in {Role.BULLET, Role.TEXT} and level > 0
        while stack and stack[-1].level >= item.level:
            stack.pop()
        (stack[-1].children if stack and nested else items).append(item)
        stack.append(item)
    return items, skips


def _not_an_entry(block: Block, blocks: Sequence[Item]) -> str | None:
    if block.role is Role.CODE:
        return "code in a list"
    if is_header(block):
        return "table header"
    if block.role is Role.TEXT and _LEAD_IN.search(block.text) and not block.level:
        return "lead-in to a list"
    after_bullets = bool(blocks) and blocks[-1].bullet
    if after_bullets and block.role in {Role.TEXT, Role.HEADING} and not block.level:
        return "text after a list, belongs to no field"
    return None


def _row(block: Block) -> str:
    return ": ".join(block.cells) if block.role is Role.ROW else block.text


def read_points(blocks: Sequence[Block]) -> tuple[list[Passage], list[Skip]]:
    """Read key points, one claim each."""
    items, skips = read_items(blocks)
    bare = not any(item.bullet for item in items)
    points: list[Passage] = []
    for item in items:
        texts = list(split_list(item.text)) if bare and len(items) == 1 else [item.text]
        if len(texts) > 1:
            points += [
                Passage(text, item.sources, note="from a list on one line") for text in texts
            ]
            continue
        if bare and not item.children:
            points += [p for text in _independent(item.text) for p in _claims(text, item.sources)]
            continue
        points += _nested_points(item, skips)
    return points, skips


def _nested_points(item: Item, skips: list[Skip]) -> list[Passage]:
    """Turn an entry and what is nested below it into claims."""
    if not item.children:
        return _claims(item.text, item.sources)
    grown = [child for child in item.children if _is_full(child.text) or child.children]
    heading = bool(_LEAD_IN.search(item.text)) or len(item.text.split()) < _SHORT
    if len(grown) * 2 < len(item.children):
        # Short entries below a claim are its examples.
        examples = ", ".join(child.text.rstrip(".,;") for child in item.children)
        sources = merge_sources(s for i in (item, *item.children) for s in i.sources)
        text = f"{item.text.rstrip(':.')}: {examples}"
        return [Passage(text, sources, note="joined with the entries nested below it")]
    points: list[Passage] = []
    if heading:
        skips.append(Skip(item.sources, "lead-in to a list", item.text))
    else:
        points += _claims(item.text, item.sources)
    for child in item.children:
        if heading and not _is_full(child.text):
            sources = merge_sources((*item.sources, *child.sources))
            points.append(Passage(f"{item.text.rstrip(':')}: {child.text}", sources))
        else:
            points += _nested_points(child, skips)
    return points


def _is_full(text: str) -> bool:
    return len(text.split()) >= _SHORT


def _claims(text: str, sources: Sources) -> list[Passage]:
    parts = split_claim(text)
    note = f"one of {len(parts)} claims of one entry" if len(parts) > 1 else ""
    return [Passage(part, sources, note=note) for part in parts]


def _independent(text: str) -> list[str]:
    """Split a paragraph that stands for a list into sentences, keeping together what leans."""
    parts: list[str] = []
    for sentence in sentences(text):
        if parts and leans(sentence):
            parts[-1] += f" {sentence}"
        else:
            parts.append(sentence)
    return parts


def read_mistakes(
    blocks: Sequence[Block], severity: Severity
) -> tuple[list[DraftMistake], list[Skip]]:
    """Read common mistakes or red flags, with the correction where the guide gives one."""
    items, skips = read_items(blocks)
    bare = not any(item.bullet for item in items)
    mistakes: list[DraftMistake] = []
    for item in items:
        group = _LEAD_IN.search(item.text) and item.children
        if group:
            skips.append(Skip(item.sources, "lead-in to a list", item.text))
        for entry in item.children if group else [item]:
            texts = (
                _independent(entry.text)
                if bare and not _INSTEAD.search(entry.text)
                else [entry.text]
            )
            mistakes += [_mistake(text, entry, severity) for text in texts]
    return mistakes, skips


def _mistake(text: str, item: Item, severity: Severity) -> DraftMistake:
    parts = [part for part in _INSTEAD.split(text, maxsplit=1) if part and part.strip()]
    if item.cells:
        parts = [item.cells[0], " ".join(item.cells[1:])]
    claim, correction = parts[0].strip(" ;,("), None
    if len(parts) > 1:
        instead = _INSTEAD_LABEL.sub("", parts[1].strip()).rstrip(")").strip()
        correction = Passage(instead, item.sources)
    below = _flat(item.children)
    if below:
        texts = [_INSTEAD_LABEL.sub("", child.text) for child in below]
        sources = merge_sources(s for child in below for s in child.sources)
        texts = [correction.text, *texts] if correction else texts
        sources = merge_sources((*item.sources, *sources)) if correction else sources
        correction = Passage(" ".join(texts), sources)
    return DraftMistake(Passage(claim, item.sources), severity, correction)


def read_follow_ups(blocks: Sequence[Block]) -> tuple[list[DraftFollowUp], list[Skip]]:
    """Read follow-up questions, with the answer that the guide expects where it says so."""
    blocks, notes = _split_answers(blocks)
    items, skips = read_items(blocks)
    follow_ups: list[DraftFollowUp] = []
    for item in items:
        asked = [child for child in item.children if asks(child.text)]
        group = _LEAD_IN.search(item.text) and asked
        if group:
            skips.append(Skip(item.sources, "lead-in to a list", item.text))
        for entry in item.children if group else [item]:
            below = _flat(entry.children)
            expected = notes.get(entry.sources)
            if below:
                text = " ".join(child.text for child in below)
                sources = merge_sources(s for child in below for s in child.sources)
                expected = Passage(text, sources)
            questions = _questions(entry.text)
            follow_ups += [DraftFollowUp(Passage(q, entry.sources)) for q in questions[:-1]]
            follow_ups.append(DraftFollowUp(Passage(questions[-1], entry.sources), expected))
    return follow_ups, skips


def _split_answers(blocks: Sequence[Block]) -> tuple[list[Block], dict[Sources, Passage]]:
    """Take answers out of a list of follow-ups: text below a question that does not ask."""
    kept: list[Block] = []
    notes: dict[Sources, Passage] = {}
    bullets = [block for block in blocks if block.role is Role.BULLET]
    mostly_ask = 2 * sum(asks(block.text) for block in bullets) >= len(bullets)
    for block in blocks:
        answers = not asks(block.text) and block.cue is not Cue.FOLLOW_UPS and not block.level
        if block.role is Role.BULLET:
            # In a list of questions, an entry that neither asks nor tells to do anything.
            answers = answers and not is_task(block.text) and mostly_ask
        if answers and kept and asks(kept[-1].text) and not _LEAD_IN.search(block.text):
            before = notes.get(kept[-1].sources)
            notes[kept[-1].sources] = _joined([before] if before else [], block)
        else:
            kept.append(block)
    return kept, notes


def _joined(before: Sequence[Passage], block: Block) -> Passage:
    parts = [*before, Passage(block.text, block.sources)]
    sources = merge_sources(source for part in parts for source in part.sources)
    return Passage(" ".join(part.text for part in parts), sources)


def _questions(text: str) -> list[str]:
    """Split a line that asks several whole questions."""
    found = list(sentences(text))
    if len(found) > 1 and all(map(_is_whole_question, found)):
        return [_unquoted(sentence) for sentence in found]
    return [_unquoted(text)]


def _is_whole_question(sentence: str) -> bool:
    return asks(sentence) and len(sentence.split()) >= _SHORT and not leans(sentence)


def _unquoted(text: str) -> str:
    pairs = {'"': '"', "“": "”", "‘": "’", "'": "'"}
    if len(text) > 2 and pairs.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def unquoted(passage: Passage) -> Passage:
    """Take off quotation marks that enclose the whole of a text."""
    return replace(passage, text=_unquoted(passage.text))


def _flat(items: Iterable[Item]) -> list[Item]:
    return [one for item in items for one in (item, *_flat(item.children))]
