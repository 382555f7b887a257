"""Telling an answer in another language, which an English rubric cannot judge."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from grader.words import STOP_WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
# A word of prose: not part of a path, a name with dots or underscores, a call or an assignment.
_WORD = re.compile(r"(?<![\w.@/#$-])[^\W\d_]+(?:['’][^\W\d_]+)?(?![\w(@/=]|\.\w)")

# With this share of English function words a text is English without looking further: prose has
# 0.4 and more, terse notes 0.15, other languages (by words that look the same) about 0.1.
_ENGLISH_SHARE = 0.2
_FEWEST_WORDS = 8
_FEWEST_LETTERS = 40
_FEWEST_LETTERS_NOT_LATIN = 12
_LAST_LATIN_LETTER = "\u02af"

# English, and those near enough that the detector takes careless English for them.
_ENGLISHES = frozenset({"en", "pcm", "sco", "jam"})
_LEAST_ENGLISH = 0.02


def is_other_language(text: str, terms: Collection[str]) -> bool:
    """Tell whether a text is mostly in a language other than English.

    Code and terms are left out; too little text to tell counts as English. What the share of
    function words leaves open is decided by py3langid, whose model (0.3 ms a text) is loaded, in
    about a second, only then.

    Args:
        text: The answer.
        terms: Lower-cased words that say nothing about the language, such as names.
    """
    said: list[str] = _WORD.findall(_CODE.sub(" ", text))
    prose = [word for word in said if word.lower() not in terms]
    letters = sum(map(len, prose))
    not_latin = sum(character > _LAST_LATIN_LETTER for word in prose for character in word)
    if not_latin * 2 > letters:
        return not_latin >= _FEWEST_LETTERS_NOT_LATIN
    if letters < _FEWEST_LETTERS or len(prose) < _FEWEST_WORDS:
        return False
    common = sum(word.lower() in STOP_WORDS and len(word) > 1 for word in said)
    if common / len(said) >= _ENGLISH_SHARE:
        return False
    ranks: dict[str, float] = dict(_identifier().rank(" ".join(prose).lower()))
    return sum(ranks.get(language, 0.0) for language in _ENGLISHES) < _LEAST_ENGLISH


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: LanguageIdentifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier
