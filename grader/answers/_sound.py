"""How alike two stretches of English sound, judged from their spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from string import ascii_lowercase

import jellyfish

# Consonants that speech recognition takes for each other, and vowels at the beginning.
_CLASSES = str.maketrans("PDGVXJθEIOUM", "BTKFSSTAAAAN")
_INNER = str.maketrans("", "", "AEIOUWYH")
_REPEATED = re.compile(r"(\D)\1+")
_LETTERS = (
    "ay bee see dee ee eff jee aitch eye jay kay ell em en oh pee cue ar ess tee you vee double ex"
    " why zee"
)
_LETTER_SOUNDS = dict(zip(ascii_lowercase, _LETTERS.split(), strict=True))

# Spelling that differs where sound does not, in the order in which it is replaced.
_RESPELLINGS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(?:kn|gn)", "n"),
        (r"^wr", "r"),
        (r"gh(?=t)|(?<=m)b$", ""),
        (r"ck|q", "k"),
        (r"ph", "f"),
        (r"x", "ks"),
        (r"tch", "ch"),
        (r"c(?=[eiy])|z", "s"),
        (r"c(?!h)", "k"),
        (r"(?<=\w{2})e$", ""),
        (r"oo|ou|ew|ue", "u"),
        (r"ee|ea|ie|y", "i"),
        (r"ai|ay|ei|ey|eigh", "e"),
        (r"(.)\1+", r"\1"),
    )
]


@lru_cache(maxsize=65_536)
def _word_key(word: str) -> tuple[str, str]:
    """Return the key of a word that begins a stretch, and of one that goes on with it."""
    if word.isdecimal():
        return word, word
    # Metaphone writes "th" as a zero, which here is a number.
    full = str(jellyfish.metaphone(_LETTER_SOUNDS.get(word, word))).replace("0", "θ")
    return full[:1] + full[1:].translate(_INNER), full.translate(_INNER)


def key(words: Sequence[str]) -> str:
    """Return the consonants of what was said (Metaphone), with digits as they are.

    Vowels count at the beginning alone, and a consonant that ends one word and begins the next
    counts once, so that the key does not tell where words were parted.
    """
    return _once(_word_key(words[0])[0] + "".join([_word_key(word)[1] for word in words[1:]]))


@lru_cache(maxsize=65_536)
def _coarse_word_key(word: str) -> tuple[str, str]:
    first, inner = _word_key(word)
    return first.translate(_CLASSES), inner.translate(_CLASSES)


def coarse_key(words: Sequence[str]) -> str:
    """Return the key with consonants that are easily mistaken for each other made the same."""
    inner = [_coarse_word_key(word)[1] for word in words[1:]]
    return _once(_coarse_word_key(words[0])[0] + "".join(inner))


def _once(text: str) -> str:
    return _REPEATED.sub(_first, text) if _REPEATED.search(text) else text


def _first(repeated: re.Match[str]) -> str:
    return repeated[1]


@lru_cache(maxsize=65_536)
def respelled(word: str) -> str:
    """Return a word spelled more as it sounds."""
    for pattern, replacement in _RESPELLINGS:
        word = pattern.sub(replacement, word)
    return word


def likeness(heard: Sequence[str], said: Sequence[str]) -> float:
    """Say how alike two stretches sound, 0 to 1.

    The mean of three views: exact consonants, coarse consonants, and spelling (of words
    respelled by sound, which brings in the vowels), each as one less the edit distance per character.
    """
    exact = _ratio(key(heard), key(said))
    rough = _ratio(coarse_key(heard), coarse_key(said))
    spelling = _ratio("".join(map(respelled, heard)), "".join(map(respelled, said)))
    return (exact + rough) / 4 + spelling / 2


def _ratio(left: str, right: str) -> float:
    longest = max(len(left), len(right))
    return 1 - jellyfish.levenshtein_distance(left, right) / longest if longest else 0.0
