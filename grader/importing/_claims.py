"""Splitting a bullet that holds several claims, and only where each part stands by itself."""

from __future__ import annotations

import re

from grader.importing._sentences import has_pronoun, leans, sentences
from grader.importing._verbs import AMBIGUOUS, AUXILIARIES, DETERMINERS, VERBS

_SUBORDINATORS = re.compile(
    r"\b(?:if|when|whenever|because|since|while|whereas|although|though|unless|until|before|after|that|which"
    r"|who|whose|where|whether|between|both|either|neither|so|than|how|why|what|rather)\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"\b(?:such\s+as|e\.g\.|i\.e\.|for\s+example|for\s+instance|including|like|namely|among)\b|\(|:\s",
    re.IGNORECASE,
)
_AND = re.compile(r",?\s+and\s+(?:then\s+|also\s+)?", re.IGNORECASE)
_SEMICOLON = re.compile(r"\s*;\s+(?:and\s+)?")
_SHORTEST = 3


def split_claim(text: str) -> list[str]:
    """Split a bullet into claims that stand by themselves.

    Sentences, clauses parted by a semicolon and two clauses joined by "and" are split; lists of
    examples, lists of nouns and clauses that lean on each other are not. What is unsure stays whole:
    a compound point is easier to notice than half a claim.

    Returns:
        At least one claim, in order; the text itself if it holds one.
    """
    claims: list[str] = []
    for sentence in sentences(text):
        if claims and (leans(sentence) or has_pronoun(sentence)):
            claims[-1] = f"{claims[-1]} {sentence}"
            continue
        parts = _at_semicolons(sentence)
        parts = [clause for part in parts for clause in _at_and(part)]
        claims.extend(parts)
    return claims or [text]


def split_list(text: str) -> list[str]:
    """Split `indexing, caching and pooling` into its items; the text itself if it is no such list."""
    items = [
        item for item in re.split(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", text.rstrip(".")) if item
    ]
    short = all(len(item.split()) <= 4 for item in items)
    if len(items) >= 3 and short and not any(_has_verb(item.split()) for item in items):
        return [_capital(item) for item in items]
    return [text]


def _at_semicolons(sentence: str) -> list[str]:
    parts = [part for part in _SEMICOLON.split(sentence) if part]
    if len(parts) < 2:
        return [sentence]
    alone = all(
        len(part.split()) >= _SHORTEST and _is_clause(part) and not leans(part) for part in parts
    )
    if not alone or any(has_pronoun(part) for part in parts[1:]):
        return [sentence]
    return _ended_alike([_capital(part) for part in parts])


def _at_and(sentence: str) -> list[str]:
    found = list(_AND.finditer(sentence))
    left = sentence[: found[0].start()].strip() if found else ""
    right = sentence[found[0].end() :].strip() if found else ""
    left_words, right_words = _words(left), _words(right)
    whole = len(found) != 1 or len(left_words) < 2 or len(right_words) < 2
    if whole or _SUBORDINATORS.search(left) or _EXAMPLES.search(left) or has_pronoun(right):
        return [sentence]
    if _begins_with_verb(left_words[0]) and _commands(right_words):
        return _ended_alike([left, _capital(right)])
    if right_words[0] in AUXILIARIES:
        # One subject, two predicates: the subject is said again.
        verb = _verb_at(left_words)
        subject = " ".join(left.split()[:verb]) if verb else ""
        return _ended_alike([left, f"{subject} {right}"]) if subject else [sentence]
    if right_words[0] in DETERMINERS and _mentions_verb(left_words):
        own = _verb_at(right_words, sure=False)
        if own is not None and own >= 2 and own + 1 < len(right_words):
            return _ended_alike([left, _capital(right)])
    return [sentence]


def _words(text: str) -> list[str]:
    return [word.strip(".,;:!?\"'“”()").lower() for word in text.split()]


def _begins_with_verb(word: str) -> bool:
    return word in VERBS or word in {"do", "never", "always"} or _singular(word) in VERBS


def _commands(words: list[str]) -> bool:
    """Tell whether words begin as an instruction: a verb, and what to do it to.

    `Explains sharding`, as said of a good candidate, counts too.
    """
    first = words[0]
    if first in {"do", "never", "always"}:
        return True
    base = first if first in VERBS else _singular(first)
    if base not in VERBS or len(words) < 2:
        return False
    return base not in AMBIGUOUS or words[1] in DETERMINERS


def _verb_at(words: list[str], *, sure: bool = True) -> int | None:
    """Position of the finite verb after a subject of one to five words; None if it is not clear.

    Args:
        words: A clause, in small letters.
        sure: Take a word that may be a noun only before a determiner, as in `limits the rate`.
    """
    for position, word in enumerate(words[1:6], start=1):
        if word in AUXILIARIES or word == "never":
            return position
        verb = _singular(word) if word.endswith("s") else ""
        if verb in VERBS:
            following = words[position + 1] if position + 1 < len(words) else ""
            if verb not in AMBIGUOUS or not sure or following in DETERMINERS:
                return position
    return None


def _singular(verb: str) -> str:
    if not verb.endswith("s"):
        return ""
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("shes", "ches", "sses", "xes", "oes")):
        return verb[:-2]
    return verb[:-1]


def _has_verb(words: list[str]) -> bool:
    lowered = [word.strip(".,").lower() for word in words]
    return any(word in AUXILIARIES for word in lowered) or (len(words) > 1 and _commands(lowered))


def _is_clause(text: str) -> bool:
    words = _words(text)
    return len(words) >= 2 and (
        _commands(words) or _verb_at(words) is not None or _mentions_verb(words)
    )


def _mentions_verb(words: list[str]) -> bool:
    return any(
        word in AUXILIARIES or _singular(word) in VERBS for word in words[1:] if len(word) > 2
    ) or any(word in VERBS - AMBIGUOUS for word in words[1:])


def _capital(text: str) -> str:
    """Capitalise a clause that begins a sentence now, except a name such as `setImmediate`."""
    first = text.split(maxsplit=1)[0] if text else ""
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def _ended_alike(parts: list[str]) -> list[str]:
    """Give every part the full stop that the last one has."""
    stop = "." if parts[-1].endswith(".") else ""
    return [part if part.endswith((".", "!", "?")) else part.rstrip(",;") + stop for part in parts]
