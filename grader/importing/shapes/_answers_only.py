"""Shape 5: a section that says `6 Questions` and holds answers only; the questions are lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.importing._blocks import Block, Skip
from grader.importing._cues import Cue
from grader.importing._document import Role
from grader.importing._drafts import Draft, Passage, Shape
from grader.importing._fields import candidates, collect, context, read_lists, without_repeats

OUTSIDE = "outside any question"
_NUMBER = re.compile(r"\(?\d{1,3}[.)]")


def has_answers(blocks: Sequence[Block]) -> bool:
    """Tell whether text outside any question holds labelled answers."""
    return any(block.cue is Cue.ANSWER for block in blocks)


def read(blocks: Sequence[Block], count: int | None) -> tuple[list[Draft], list[Skip]]:
    """Read the answers of a section, each as a draft whose question is missing.

    Args:
        blocks: The section below its heading.
        count: How many questions the heading promises; None if it does not say.
    """
    drafts: list[Draft] = []
    skips: list[Skip] = []
    before, groups = split_answers(blocks, count)
    skips += [Skip(b.sources, OUTSIDE, b.text) for b in before if b.text]
    for group in groups:
        draft, skipped = _read_one(group)
        skips += skipped
        if draft.answer or draft.points:
            drafts.append(draft)
        else:
            skips += [Skip(b.sources, OUTSIDE, b.text) for b in group if b.text]
    return drafts, skips


def split_answers(
    blocks: Sequence[Block], count: int | None
) -> tuple[Sequence[Block], list[Sequence[Block]]]:
    """Tell where one answer ends and the next begins.

    Labels, sub-headings, numbers and paragraphs may each mark the beginnings. The first that gives
    as many answers as the heading promises is taken; otherwise the first that occurs at all.

    Returns:
        What precedes the first answer, and the blocks of each answer.
    """
    ways = [
        [at for at, block in enumerate(blocks) if begins(block)]
        for begins in (_labelled, _headed, _numbered, _paragraph)
    ]
    starts = next((way for way in ways if count and len(way) == count), None)
    starts = starts or next((way for way in ways if len(way) >= 2), None) or [0]
    ends = [*starts[1:], len(blocks)]
    groups = [blocks[start:end] for start, end in zip(starts, ends, strict=True)]
    return blocks[: starts[0]], groups


def _labelled(block: Block) -> bool:
    return block.cue is Cue.ANSWER


def _headed(block: Block) -> bool:
    return block.role is Role.HEADING and not block.label


def _numbered(block: Block) -> bool:
    return block.role is Role.BULLET and not block.level and bool(_NUMBER.match(block.marker))


def _paragraph(block: Block) -> bool:
    return block.role is Role.TEXT and not block.level and not block.label and bool(block.text)


def _read_one(group: Sequence[Block]) -> tuple[Draft, list[Skip]]:
    title = None
    if group and _headed(group[0]):
        title, group = Passage(group[0].text, group[0].sources), group[1:]
    fields = collect(group, start=Cue.ANSWER)
    answer, repeated = without_repeats(fields.get(Cue.ANSWER, Cue.APPROACH, Cue.EXPLANATION))
    lists = read_lists(fields)
    draft = Draft(
        shape=Shape.ANSWERS_ONLY,
        title=title,
        answer=tuple(answer),
        points=tuple(lists.points),
        candidates=candidates(answer),
        mistakes=tuple(lists.mistakes),
        follow_ups=tuple(lists.follow_ups),
        context=context(fields),
    )
    return draft, lists.skips + repeated
