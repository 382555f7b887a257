"""Shape 4: multiple choice, the options inline or on lines of their own, explained or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grader.importing._blocks import Block, Skip
from grader.importing._cues import Cue
from grader.importing._document import Role, Sources, merge_sources
from grader.importing._drafts import Draft, DraftOption, Passage, Shape
from grader.importing._fields import candidates, collect, context, passage, read_lists
from grader.importing.shapes._options import (
    answer_letters,
    explained_letters,
    inline_options,
    option_letter,
    ticked,
    without_letter,
)
from grader.importing.shapes._scan import Scan
from grader.types import Kind
from grader.words import words

_ANSWERS = (Cue.CORRECT, Cue.ANSWER)
_VERDICTS = ("incorrect", "correct", "wrong", "right", "false", "true", "not correct")


def opens(scan: Scan) -> bool:
    """Tell whether a question begins that nothing but its options sets apart."""
    block = scan.block
    if block.label or not block.text or block.role in {Role.CODE, Role.ROW}:
        return False
    if option_letter(block.text) or not _has_options(block, scan.ahead(4)):
        return False
    if scan.shape is None:
        return True
    # A question is being read already: this one is new if that one has its options or its answer.
    before = any(_letters_in(b) for b in scan.unit)
    return before or any(b.cue in _ANSWERS for b in scan.unit)


def _has_options(block: Block, following: Sequence[Block]) -> bool:
    if inline_options(block.text)[1]:
        return len(inline_options(block.text)[1]) >= 3 or any(b.cue in _ANSWERS for b in following)
    rest = [b for b in following if b.role is not Role.CODE and not (b.label and not b.text)]
    if rest and not rest[0].label and len(inline_options(rest[0].text)[1]) >= 3:
        return inline_options(rest[0].text)[0] == ""
    letters = [option_letter(b.text) if not b.label else "" for b in rest[:2]]
    return letters == ["a", "b"]


def _letters_in(block: Block) -> bool:
    return bool(option_letter(block.text) or inline_options(block.text)[1]) and not block.label


def is_choice(blocks: Sequence[Block]) -> bool:
    """Tell whether a unit, whatever opened it, is a multiple-choice question."""
    parsed = _parse(blocks)
    return len(parsed.options) >= 2 and (bool(parsed.correct) or parsed.answered)


@dataclass(slots=True)
class _Parsed:
    question: list[Block] = field(default_factory=list)
    options: dict[str, Passage] = field(default_factory=dict)
    correct: set[str] = field(default_factory=set)
    marks: list[Passage] = field(default_factory=list)
    explanations: dict[str, list[Passage]] = field(default_factory=dict)
    general: list[Block] = field(default_factory=list)
    answered: bool = False


def read(blocks: Sequence[Block]) -> tuple[Draft, list[Skip]]:
    """Read one multiple-choice question."""
    parsed = _parse(blocks)
    fields = collect(blocks)
    lists = read_lists(fields)
    skips = lists.skips
    options = tuple(_option(letter, parsed) for letter in sorted(parsed.options))
    right = [option for option in options if option.correct]
    if len(right) == 1 and right[0].explanation is None and parsed.general:
        why = passage(parsed.general)
        options = tuple(
            DraftOption(o.letter, o.text, o.correct, why) if o.correct else o for o in options
        )
    reasons = [option.explanation for option in right if option.explanation]
    general = parsed.general or _as_blocks(reasons)
    answer = [*_as_blocks([option.text for option in right]), *general]
    draft = Draft(
        shape=Shape.CHOICE,
        question=passage(parsed.question) if parsed.question else None,
        kind=Kind.MULTIPLE_CHOICE,
        answer=tuple(answer),
        choices=tuple(_choice(option) for option in right),
        points=tuple(lists.points),
        candidates=candidates(general),
        mistakes=tuple(lists.mistakes),
        follow_ups=tuple(lists.follow_ups),
        options=options,
        marks=tuple(parsed.marks),
        context=context(fields),
    )
    return draft, skips


def _choice(option: DraftOption) -> Passage:
    """Make the point that an answer covers by choosing a correct option."""
    text = f"The correct answer is: {option.text.text}"
    return Passage(text, option.text.sources, drafted=True, note="covered by choosing the option")


def _as_blocks(passages: Iterable[Passage]) -> list[Block]:
    return [Block(one.text, one.sources) for one in passages]


def _option(letter: str, parsed: _Parsed) -> DraftOption:
    why = parsed.explanations.get(letter)
    explanation = None
    if why:
        sources = merge_sources(source for one in why for source in one.sources)
        explanation = Passage(" ".join(one.text for one in why), sources)
    return DraftOption(letter, parsed.options[letter], letter in parsed.correct, explanation)


def _parse(blocks: Sequence[Block]) -> _Parsed:
    parsed = _Parsed()
    explaining = ""
    phase = Cue.QUESTION
    for block in blocks:
        if block.label and block.cue is not Cue.QUESTION:
            phase = block.cue or phase
            explaining = ""
        if not block.text:
            continue
        if phase in {Cue.QUESTION, Cue.OPTIONS}:
            _parse_option(block, parsed)
        elif phase in _ANSWERS and block.label:
            _parse_answer(block, parsed)
        elif phase in {*_ANSWERS, Cue.EXPLANATION}:
            explaining = _parse_explanation(block, parsed, explaining)
    return parsed


def _parse_option(block: Block, parsed: _Parsed) -> None:
    before, found = inline_options(block.text)
    letter = option_letter(block.text)
    following = chr(ord("a") + len(parsed.options))
    if len(found) >= 2 and not parsed.options:
        if before:
            parsed.question.append(Block(before, block.sources, block.role))
        pairs = found
    elif letter == following and not block.label:
        pairs = [(letter, without_letter(block.text))]
    elif not parsed.options:
        parsed.question.append(block)
        return
    else:
        # A line that goes on where an option stopped.
        last = chr(ord(following) - 1)
        option = parsed.options[last]
        sources = merge_sources((*option.sources, *block.sources))
        parsed.options[last] = Passage(f"{option.text} {block.text}", sources)
        return
    for name, text in pairs:
        shown, is_right = ticked(text)
        parsed.options[name] = Passage(shown, block.sources)
        if is_right:
            parsed.correct.add(name)


def _parse_answer(block: Block, parsed: _Parsed) -> None:
    parsed.answered = True
    letters, rest = answer_letters(block.text)
    known = [letter for letter in letters if letter in parsed.options]
    if not known:
        key = words(block.text)
        known = [name for name, option in parsed.options.items() if words(option.text) == key]
        rest = "" if known else block.text
    parsed.correct.update(known)
    parsed.marks.append(Passage(block.text, block.sources))
    said = {tuple(words(parsed.options[name].text)) for name in known}
    if rest and tuple(words(rest)) not in said:
        parsed.general.append(Block(rest, block.sources))


def _parse_explanation(block: Block, parsed: _Parsed, explaining: str) -> str:
    """Take in a block below an explanation's label; returns the letter it is about, if any."""
    before, found = inline_options(block.text) if not option_letter(block.text) else ("", [])
    inline = inline_options(block.text)[1] if option_letter(block.text) == "a" else found
    if len(inline) >= 2 and not before:
        for letter, text in inline:
            _explain(parsed, letter, text, block.sources)
        return ""
    letter = next(explained_letters(block.text), "")
    if letter in parsed.options:
        _explain(parsed, letter, _without_lead(block.text), block.sources)
        return letter
    if explaining and block.level:
        _explain(parsed, explaining, block.text, block.sources)
        return explaining
    parsed.general.append(block)
    return ""


def _explain(parsed: _Parsed, letter: str, text: str, sources: Sources) -> None:
    stripped = text
    first, _, rest = text.partition(" ")
    if (
        first.lower().strip(".,:;!-–—✓✗✅❌") in _VERDICTS
        and rest.strip()
        and first[-1] in ".:;!-,"
    ):
        stripped = rest.strip(" -–—")
    parsed.explanations.setdefault(letter, []).append(Passage(stripped, sources))


def _without_lead(text: str) -> str:
    if option_letter(text):
        return without_letter(text)
    head, separator, rest = text.partition(":")
    return rest.strip() if separator and len(head.split()) <= 6 and rest.strip() else text
