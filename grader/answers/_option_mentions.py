"""Where an answer names one of a multiple-choice question's options: by letter, place or text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from string import ascii_uppercase

import regex

from grader.types import Option

# Fewer words of an option may stand in an answer by chance.
_FEWEST_QUOTED_WORDS = 4

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_SHORT_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th")
_CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_NOUN = r"(?:option|choice|alternative|possibility|statement|answer)s?"
_NO_WORDS = str.maketrans("", "", "AI")
_WORD = regex.compile(r"[^\W_]+")


class Form(Enum):
    """How an option is named."""

    LETTER = auto()  # B, "b", *B*
    LABEL = auto()  # b), (b), b:
    NAMED = auto()  # option B, the second one, number 2
    QUOTED = auto()  # the option's own words


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of an option.

    Attributes:
        start: First code point.
        end: One past the last code point.
        option: Position among the options, from 0.
    """

    start: int
    end: int
    option: int
    form: Form


def find_mentions(text: str, options: Sequence[Option]) -> list[Mention]:
    """Find every naming of an option, in order and without overlap.

    A letter is taken for one only where it stands alone: not in a word, a term (`C++`, `B-tree`) or
    an abbreviation, and `a` not where it could be the article.

    Args:
        text: The answer.
        options: In the order in which they were shown, which gives them their letters; further ones
            than there are letters can only be quoted.
    """
    quoted = list(_quoted(text, options))
    named = [
        mention
        for mention in _named(text, min(len(options), len(ascii_uppercase)))
        if not any(q.start < mention.end and mention.start < q.end for q in quoted)
    ]
    return sorted([*quoted, *named], key=lambda mention: mention.start)


def _quoted(text: str, options: Sequence[Option]) -> Iterator[Mention]:
    said = [(match[0].casefold(), *match.span()) for match in _WORD.finditer(text)]
    spoken = [word for word, _, _ in said]
    found: list[Mention] = []
    for position, option in enumerate(options):
        wanted = [word.casefold() for word in _WORD.findall(option.text)]
        if len(wanted) < _FEWEST_QUOTED_WORDS and (len(wanted) < 2 or spoken != wanted):
            continue
        for index in range(len(spoken) - len(wanted) + 1):
            if spoken[index : index + len(wanted)] == wanted:
                start, end = said[index][1], said[index + len(wanted) - 1][2]
                found.append(Mention(start, end, position, Form.QUOTED))
    for mention in found:
        # An option may hold another one's words; then it is the longer one that was quoted.
        inside = (o for o in found if o is not mention and _holds(o, mention))
        if not any(inside):
            yield mention


def _holds(outer: Mention, inner: Mention) -> bool:
    wider = outer.end - outer.start > inner.end - inner.start
    return outer.start <= inner.start and inner.end <= outer.end and wider


def _named(text: str, count: int) -> Iterator[Mention]:
    if not count:
        return
    for match in _pattern(count).finditer(text):
        if (letter := match["letter"]) is not None:
            yield Mention(*match.span("letter"), _index(letter), _form(text, match))
        elif (label := match["label"]) is not None:
            yield Mention(*match.span(), _index(label.strip("()[]")), Form.LABEL)
        else:
            yield Mention(*match.span(), _place(match["place"].casefold(), count), Form.NAMED)


def _index(letter: str) -> int:
    return ascii_uppercase.index(letter.upper())


def _form(text: str, match: regex.Match[str]) -> Form:
    start, end = match.span("letter")
    begins_line = not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t*-_")
    follows = text[end : end + 1]
    return Form.LABEL if follows == ":" or (follows == "." and begins_line) else Form.LETTER


def _place(word: str, count: int) -> int:
    if len(word) == 1:
        return int(word) - 1 if word.isdecimal() else _index(word)
    if word == "last":
        return count - 1
    return next(t.index(word) for t in (_ORDINALS, _SHORT_ORDINALS, _CARDINALS) if word in t)


@lru_cache
def _pattern(count: int) -> regex.Pattern[str]:
    """Compile what names one of `count` options."""
    letters = ascii_uppercase[:count]
    any_letter = f"[{letters}{letters.lower()}]"
    # "a" is mostly the article and "I" the pronoun; neither can stand before these.
    apart = (
        r"""(?=\s*$|\s*\n\s*\n|(?<=(?:^|\n)\W{0,3}\w)\s*\n|[.!?;:)\]"”*`]|['’]s\b"""
        r"|\s*(?:,?\s*(?:because|cause|cos|since)\b"
        rf"|(?:,|and\b|or\b|&|,\s*and\b)\s*{any_letter}\b(?!['’])|,\s*(?:but|not|no|which)\b|but\b|no\s+(?:wait|actually|sorry|it)\b)"
        r"|\s+(?:is|was|isn't|can't\ be)\s+(?:right|correct|true|wrong|false|not|out|it|my|the|what)\b)"
    )
    plain = f"[{letters.translate(_NO_WORDS)}{letters.translate(_NO_WORDS).lower()}]"
    words = rf"[{'Aa' + 'Ii' * ('I' in letters)}]{apart}"
    capital = r"A(?=\s*[,—–-](?!\w|\s*(?:um|uh|er)\b)|\s+(?:is|as|seems|holds|fits|it\ is)\b)"
    alone = f"(?-i:{plain}|{words}|{capital})" if count > 1 else f"(?-i:{words}|{capital})"
    few = min(count, len(_ORDINALS))
    ordinals = "|".join([*_ORDINALS[:few], *_SHORT_ORDINALS[:few], "last"])
    cardinals = "|".join([*_CARDINALS[:few], f"[1-{few}]"])
    return regex.compile(
        rf"""
          \b{_NOUN}\s+(?:number\s+|no\.?\s+|\#)?["'“‘(\[*]*
            (?P<place>(?-i:A)|{alone}|{cardinals})(?![\w'’+\#]|\.\w)[)\]]?
        | \b(?:number|no\.)\s+(?P<place>{cardinals})(?!\w|\.\w)
        | \bthe\s+(?:very\s+)?(?P<place>{ordinals})
            (?:\s+(?:ones?|{_NOUN})\b|(?=\s*(?:$|[.,;:!?)]|because\b|since\b|and\s+(?:the|last)\b)))
        | (?=[1-{few}])(?<=\b{_NOUN}\s+(?:[1-{few}]\s*(?:,|and|&)\s*)+)(?P<place>[1-{few}])(?=\s*(?:$|[.,)]|and\b|&))
        | (?=[1-{few}])(?<=^\s*)(?P<place>[1-{few}])(?=[.)\s]*$)
        | (?P<label>[(\[]{any_letter}[)\]]|(?<![\w(\[]){any_letter}\))
        | (?<!\w)["'“‘](?P<letter>{any_letter})["'”’]
        | (?<![\w'’.\-/\#@$+&])(?P<letter>{alone})(?=['’]s\b|(?!['’+\#/\w]|-\w|\.\w|&\w))
        """,
        regex.IGNORECASE | regex.VERBOSE,
    )
