"""Shape 6: plain articles, topics and claims without a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.importing._blocks import Block, Skip
from grader.importing._cues import Cue
from grader.importing._document import Role
from grader.importing._drafts import Draft, Passage, Shape
from grader.importing._fields import candidates, collect, context, read_lists, without_repeats

_FEWEST_CLAIMS = 2


def read(blocks: Sequence[Block]) -> tuple[list[Draft], list[Skip]]:
    """Read the topics of a stretch of text, each as a draft whose question is missing.

    A topic with fewer than two claims is not enough for a rubric.

    Returns:
        The drafts, and the lines that went into none.
    """
    drafts: list[Draft] = []
    skips: list[Skip] = []
    for topic, body in split_topics(blocks):
        fields = collect(body, start=Cue.ANSWER)
        answer, repeated = without_repeats(
            fields.get(Cue.ANSWER, Cue.ADVICE, Cue.APPROACH, Cue.EXPLANATION)
        )
        lists = read_lists(fields)
        claims = candidates(answer)
        if len(claims) + len(lists.points) < _FEWEST_CLAIMS:
            texts = [*([topic] if topic else []), *body]
            skips += [Skip(b.sources, "too little for a question", b.text) for b in texts if b.text]
            continue
        skips += lists.skips + repeated
        drafts.append(
            Draft(
                shape=Shape.ADVICE,
                topics=(Passage(topic.text, topic.sources),) if topic else (),
                answer=tuple(answer),
                is_advice=True,
                points=tuple(lists.points),
                candidates=claims,
                mistakes=tuple(lists.mistakes),
                follow_ups=tuple(lists.follow_ups),
                context=context(fields, Cue.ADVICE),
            )
        )
    return drafts, skips


def split_topics(blocks: Sequence[Block]) -> list[tuple[Block | None, list[Block]]]:
    """Split text at lines that look like headings though the format does not mark them as such."""
    topics: list[tuple[Block | None, list[Block]]] = [(None, [])]
    for at, block in enumerate(blocks):
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        if _is_topic(block, following):
            topics.append((replace(block, label=None), []))
        else:
            topics[-1][1].append(block)
    return [topic for topic in topics if topic[0] or topic[1]]


def _is_topic(block: Block, following: Block | None) -> bool:
    if block.label or not block.text or following is None:
        return False
    if block.role is Role.HEADING:
        return True
    looks = block.role is Role.TEXT and (block.title or block.strong)
    return (
        looks and not following.title and not following.label and following.role is not Role.HEADING
    )
