"""Shape 3: mock interviews, with scenarios that open chapters and dialogues within them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.importing._blocks import Block, Skip
from grader.importing._cues import Cue, Label
from grader.importing._drafts import Context, Draft, Passage, Shape
from grader.importing._fields import collect, level_of
from grader.importing._sentences import asks, is_task
from grader.importing.shapes import _labelled
from grader.importing.shapes._scan import Scan
from grader.types import Level


def opens(scan: Scan) -> bool:
    """Tell whether a scenario begins, or the interviewer's next question in a dialogue."""
    block = scan.block
    if block.cue is Cue.SCENARIO:
        return True
    if block.cue is not Cue.INTERVIEWER or not block.text:
        return False
    # Below `Q1 (System design): ...` the interviewer's words are that question, in full.
    opened_by_label = scan.shape in {Shape.LABELLED, Shape.NUMBERED}
    return not (opened_by_label and all(b.label is None or b is scan.unit[0] for b in scan.unit))


def is_scenario(blocks: Sequence[Block]) -> bool:
    """Tell whether a unit opens a scenario rather than asking one of its questions."""
    return bool(blocks) and blocks[0].cue is Cue.SCENARIO


def has_own_answer(blocks: Sequence[Block]) -> bool:
    """Tell whether a scenario, or a turn of a dialogue, says what to expect of an answer."""
    return collect(blocks).has(
        Cue.ANSWER, Cue.APPROACH, Cue.POINTS, Cue.MISTAKES, Cue.RED_FLAGS, Cue.FOLLOW_UPS
    )


def scenario_context(blocks: Sequence[Block]) -> tuple[Context, ...]:
    """Turn the opening of a scenario into context for each of its questions."""
    found: list[Context] = []
    cue: Cue | None = None
    for block in blocks:
        cue = block.cue or cue
        if block.text:
            name = str(Cue.PROMPT if cue is Cue.INTERVIEWER else cue or Cue.SETUP)
            found.append(Context(name, Passage(block.text, block.sources)))
    return tuple(found)


def scenario_level(blocks: Sequence[Block]) -> tuple[Level, Passage] | None:
    """Find the level that a scenario's heading or setup names for all of its questions."""
    for block in blocks:
        labelled = block.cue is Cue.LEVEL
        aside = block.label.aside if block.label else ""
        level = level_of(block.text, labelled=labelled) or level_of(aside, labelled=True)
        if level:
            return level, Passage(block.text, block.sources)
    return None


def read(blocks: Sequence[Block]) -> tuple[Draft, list[Skip]]:
    """Read one question of an interview: a turn of a dialogue, or a scenario that is one question."""
    if is_scenario(blocks):
        return _read_scenario(blocks)
    first = replace(blocks[0], label=replace(_label(blocks[0]), cue=Cue.QUESTION))
    return _labelled.read([first, *blocks[1:]], Shape.INTERVIEW)


def _read_scenario(blocks: Sequence[Block]) -> tuple[Draft, list[Skip]]:
    """Read a scenario that asks one question: its prompt, else what in it asks, else its name."""
    draft, skips = _labelled.read(blocks[1:], Shape.INTERVIEW)
    name = Passage(blocks[0].text, blocks[0].sources) if blocks[0].text else None
    level = draft.level or scenario_level(blocks)
    if draft.question is None and name and (asks(name.text) or is_task(name.text)):
        return replace(draft, question=name, level=level), skips
    setup = (Context(str(Cue.SETUP), draft.title),) if draft.title else ()
    return replace(draft, title=name, level=level, context=(*setup, *draft.context)), skips


def _label(block: Block) -> Label:
    return block.label or Label(Cue.QUESTION, "", block.text)
