"""From one guide to its drafts, and an account of every line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.importing._account import account
from grader.importing._blocks import Block, Skip, build_blocks
from grader.importing._document import Guide, render_sources
from grader.importing._drafts import Draft, Passage, Shape
from grader.importing._fields import level_of
from grader.importing._segment import Part, segment
from grader.importing._tables import unfold_tables
from grader.importing.formats import counted_questions
from grader.importing.shapes import (
    OUTSIDE,
    has_answers,
    has_own_answer,
    is_choice,
    is_scenario,
    read_advice,
    read_answers,
    read_choice,
    read_labelled,
    read_turn,
    scenario_context,
    scenario_level,
)
from grader.types import Level
from grader.words import words


@dataclass(frozen=True, slots=True)
class Extract:
    """What one guide holds.

    Attributes:
        skips: Every line that went into no field, with the reason; in the guide's order.
        notes: What a person should know about the guide as a whole.
    """

    guide: Guide
    drafts: tuple[Draft, ...]
    skips: tuple[Skip, ...]
    notes: tuple[str, ...] = ()


def extract(guide: Guide) -> Extract:
    """Find the questions of a guide and account for each of its lines."""
    blocks, skips = build_blocks(guide)
    blocks, headers = unfold_tables(blocks)
    skips += headers
    reader = _Reader(segment(blocks))
    reader.read()
    unused = _unused_headings(reader)
    drafts, repeated = _without_repeats(reader.drafts)
    skips += [*reader.skips, *unused, *repeated]
    listed = account(guide, blocks, drafts, skips)
    return Extract(guide, tuple(drafts), listed, (*guide.notes, *_count_notes(reader)))


@dataclass(slots=True)
class _Reader:
    parts: Sequence[Part]
    drafts: list[Draft] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    openings: dict[int, list[Block]] | None = None
    asked_under: frozenset[int] | None = None
    parts_with_drafts: list[Part] = field(default_factory=list)

    def read(self) -> None:
        """Read the parts in order."""
        asked = any(part.shape for part in self.parts)
        for at, part in enumerate(self.parts):
            drafts, skips = self._read_part(at, part, asked=asked)
            self.skips += skips
            for draft in drafts:
                self.drafts.append(self._placed(draft, part))
                self.parts_with_drafts.append(part)

    def _read_part(self, at: int, part: Part, *, asked: bool) -> tuple[list[Draft], list[Skip]]:
        if part.shape is None:
            return self._read_stretch(part, asked=asked)
        if is_choice(part.blocks):
            return _one(read_choice(part.blocks))
        if is_scenario(part.blocks) or part.shape is Shape.INTERVIEW:
            if self._only_introduces(at, part):
                return [], []
            return _one(read_turn(part.blocks))
        return _one(read_labelled(part.blocks, part.shape))

    def _read_stretch(self, part: Part, *, asked: bool) -> tuple[list[Draft], list[Skip]]:
        innermost = part.headings[-1] if part.headings else None
        introduces = innermost is not None and id(innermost) in self._asked_under()
        promised = counted_questions(innermost.text) if innermost and not introduces else None
        if promised is not None or has_answers(part.blocks):
            return read_answers(part.blocks, promised)
        if not asked:
            return read_advice(part.blocks)
        return [], [Skip(b.sources, OUTSIDE, b.text) for b in part.blocks if b.text]

    def _asked_under(self) -> frozenset[int]:
        """The headings that have questions below them, by identity."""
        if self.asked_under is None:
            asked = (part for part in self.parts if part.shape)
            self.asked_under = frozenset(id(h) for part in asked for h in part.headings)
        return self.asked_under

    def _only_introduces(self, at: int, part: Part) -> bool:
        """Tell whether a scenario, or the interviewer's first words in it, leads to questions."""
        if has_own_answer(part.blocks):
            return False
        following = self.parts[at + 1] if at + 1 < len(self.parts) else None
        within = following is not None and following.shape and following.scenario == part.scenario
        if not within or following is None or part.scenario < 0:
            return False
        return is_scenario(part.blocks) or following.shape is not Shape.INTERVIEW

    def _placed(self, draft: Draft, part: Part) -> Draft:
        """Add what stands above a question: sections, and the scenario it belongs to."""
        headings = tuple(Passage(h.text, h.sources) for h in part.headings)
        found = draft.context
        level = draft.level
        if part.scenario >= 0 and (opening := self._opening(part.scenario)):
            found = (*scenario_context(opening), *found)
            level = level or scenario_level(opening)
        level = level or next(filter(None, map(_level_in, reversed(headings))), None)
        return replace(draft, topics=(*headings, *draft.topics), context=found, level=level)

    def _opening(self, scenario: int) -> list[Block]:
        """The blocks that introduce a scenario's questions, less any that are questions themselves."""
        if self.openings is None:
            self.openings = {}
            for at, part in enumerate(self.parts):
                if part.shape is Shape.INTERVIEW and self._only_introduces(at, part):
                    self.openings.setdefault(part.scenario, []).extend(part.blocks)
        return self.openings.get(scenario, [])


def _unused_headings(reader: _Reader) -> Iterator[Skip]:
    """Find the headings that no question stands under."""
    used = {id(heading) for part in reader.parts_with_drafts for heading in part.headings}
    seen: set[int] = set()
    for part in reader.parts:
        for heading in part.headings:
            if id(heading) not in used | seen:
                seen.add(id(heading))
                yield Skip(heading.sources, "heading without a question", heading.text)


def _one(result: tuple[Draft, list[Skip]]) -> tuple[list[Draft], list[Skip]]:
    return [result[0]], result[1]


def _level_in(heading: Passage) -> tuple[Level, Passage] | None:
    level = level_of(heading.text)
    return (level, heading) if level else None


def _without_repeats(drafts: Sequence[Draft]) -> tuple[list[Draft], list[Skip]]:
    """Drop questions that stand in the guide a second time, word for word."""
    kept: list[Draft] = []
    skips: list[Skip] = []
    seen: dict[tuple[str, ...], Draft] = {}
    for draft in drafts:
        texts = [p.text for name, p in draft.fields() if name != "topics"]
        key = tuple(word for text in texts for word in words(text))
        first = seen.setdefault(key, draft)
        if first is draft or draft.question is None:
            kept.append(draft)
            continue
        place = render_sources(first.question.sources if first.question else ())
        for _, passage in draft.fields():
            skips.append(Skip(passage.sources, f"repeats {place}", passage.text))
    return kept, skips


def _count_notes(reader: _Reader) -> Iterator[str]:
    """Yield a note for each section whose heading promises another number of questions."""
    counts = Counter(id(h) for part in reader.parts_with_drafts for h in part.headings)
    headings = {id(h): h for part in reader.parts for h in part.headings}
    for key, heading in headings.items():
        promised = counted_questions(heading.text)
        if promised is not None and counts[key] != promised:
            place = render_sources(heading.sources)
            yield f"{place}: the heading says {promised} questions, {counts[key]} were found"
