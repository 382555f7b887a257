"""Which options of a multiple-choice question an answer finally chose.

The rules are made to stay silent when in doubt: naming an option is not choosing it, since a
rationale names the others as well, to dismiss them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from grader.answers import _choice_words as words
from grader.answers._option_mentions import Form, Mention, find_mentions
from grader.types import Evidence, Option

# How far before an option the words that speak of it may begin.
_NEAR = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that the candidate chose.

    Attributes:
        option: The option.
        evidence: The words that name it.
    """

    option: Option
    evidence: Evidence


class _Stance(Enum):
    CHOSEN = auto()
    REJECTED = auto()
    OPEN = auto()  # neither, or only wondered about


@dataclass(frozen=True, slots=True)
class _Group:
    """Options named in one breath, as in "A and C", with what surrounds them."""

    mentions: tuple[Mention, ...]
    before: str
    after: str
    is_alternative: bool

    @property
    def form(self) -> Form:
        return self.mentions[0].form

    @property
    def options(self) -> set[int]:
        return {mention.option for mention in self.mentions}


def find_choices(text: str, options: Sequence[Option]) -> tuple[Choice, ...]:
    """Read from an answer which options it settles on.

    Letters go by position: A is the first option. A later choice stands against an earlier one only
    where the answer takes that back ("B, no wait, D").

    Args:
        text: The answer.
        options: In the order in which they were shown.

    Returns:
        The options chosen, in their own order; empty if none was, or if it is not clear which.
    """
    mentions = find_mentions(text, options)
    if _contradict(text, mentions):
        return ()
    groups = list(_groups(text, mentions))
    chosen: dict[int, Mention] = {}
    quoted: dict[int, Mention] = {}
    taken_back = False
    stances = _stances(text, groups)
    for group, stance in zip(groups, stances, strict=True):
        named = {mention.option: mention for mention in group.mentions}
        taken_back = taken_back or words.TAKEN_BACK.search(group.before) is not None
        if stance is _Stance.REJECTED:
            _drop(chosen, named)
            _drop(quoted, named)
        elif stance is _Stance.CHOSEN:
            if taken_back:
                chosen, quoted, taken_back = {}, {}, False
            chosen = named | chosen
        elif group.form is Form.QUOTED and not group.after.lstrip("\"'”’").startswith("?"):
            quoted = named | quoted
    if not chosen and len(quoted) < len(options):
        chosen = quoted
    return tuple(
        Choice(options[position], _evidence(text, chosen[position])) for position in sorted(chosen)
    )


def _drop(chosen: dict[int, Mention], named: dict[int, Mention]) -> None:
    for position in named:
        chosen.pop(position, None)


def _evidence(text: str, mention: Mention) -> Evidence:
    return Evidence(start=mention.start, end=mention.end, quote=text[mention.start : mention.end])


def _contradict(text: str, mentions: Sequence[Mention]) -> bool:
    """Tell whether a letter is followed at once by the words of another option."""
    return any(
        right.form is Form.QUOTED
        and left.form is not Form.QUOTED
        and left.option != right.option
        and words.NOTHING_BETWEEN.fullmatch(text, left.end, right.start) is not None
        for left, right in pairwise(mentions)
    )


def _groups(text: str, mentions: Sequence[Mention]) -> Iterator[_Group]:
    runs: list[list[Mention]] = []
    for mention in mentions:
        if runs and words.JOINED.fullmatch(text, runs[-1][-1].end, mention.start):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    runs = [part for run in runs for part in _parted(text, run)]
    ends = [0, *(run[-1].end for run in runs)]
    starts = [*(run[0].start for run in runs), len(text)]
    for index, run in enumerate(runs):
        between = "".join(text[a.end : b.start] for a, b in pairwise(run))
        yield _Group(
            tuple(run),
            before=text[ends[index] : run[0].start],
            after=text[run[-1].end : starts[index + 1]],
            is_alternative=re.search(r"\bor\b", between, re.IGNORECASE) is not None,
        )


def _parted(text: str, run: list[Mention]) -> list[list[Mention]]:
    """Part "B and A" in "I take B and A is wrong": the verb says that A begins anew."""
    if len(run) > 1 and words.SINGULAR.match(text, run[-1].end):
        return [run[:-1], run[-1:]]
    return [run]


def _stances(text: str, groups: Sequence[_Group]) -> list[_Stance]:
    stances = [_stance_in_words(group) for group in groups]
    unclear = [i for i, stance in enumerate(stances) if stance is None]
    # Several labels that nothing is said of are a list of the options, not choices.
    listed = {next(iter(groups[i].options)) for i in unclear if groups[i].form is Form.LABEL}
    for index in unclear:
        group = groups[index]
        reasoned = words.REASON.match(group.after) is not None
        lists = group.form is Form.LABEL and len(listed) > 1 and not reasoned
        previous = stances[index - 1] if index else None
        settled = not lists and not group.is_alternative and _stands_out(text, group, previous)
        stances[index] = _Stance.CHOSEN if settled else _Stance.OPEN
    return [stance or _Stance.OPEN for stance in stances]


def _stance_in_words(group: _Group) -> _Stance | None:
    """Say what the words around an option say of it, None if they leave it to its place."""
    before = _last_clause(group.before)
    after = group.after
    if words.REJECTED_AFTER.match(after) or words.REJECTED_BEFORE.search(before):
        return _Stance.REJECTED
    if group.is_alternative or (group.form is not Form.QUOTED and words.ASKS.match(after)):
        return _Stance.OPEN
    if words.CHOSEN_AFTER.match(after):
        return _Stance.CHOSEN
    if words.CHOSEN_BEFORE.search(before) and not words.POSSESSES.match(after):
        return _Stance.CHOSEN
    return None


def _stands_out(text: str, group: _Group, previous: _Stance | None) -> bool:
    """Tell whether an option is chosen by its place: alone, first, or after a turn of thought."""
    if group.form is Form.QUOTED or not words.ENDS.match(group.after):
        return False
    before = group.before[-_NEAR:]
    start, end = group.mentions[0].start, group.mentions[-1].end
    first = words.FILLERS.fullmatch(text, 0, start) is not None
    opens = words.OPENS.search(text[max(0, start - _NEAR) : start]) is not None
    alone = opens and words.CLOSES.match(text, end) is not None
    turned = previous in {_Stance.REJECTED, _Stance.OPEN} and words.BUT.search(before) is not None
    return first or alone or turned or any(p.search(before) for p in (words.HELD, words.TURN))


def _last_clause(text: str) -> str:
    return re.split(r"[.!?;\n]", text[-_NEAR:])[-1]
