"""Telling clauses from lists of nouns by their finite verb, without a parser."""

from __future__ import annotations

import re

# Verbs of technical prose whose third person is rarely a noun.
_VERBS = (
    "accept add affect allow announce appear apply arrive assign avoid become begin belong bring "
    "build carry choose combine compare compute configure confirm connect consist consume contain "
    "convert create decide define delete deliver depend describe destroy detect determine disable "
    "discard emit enable encode encrypt enforce ensure establish exceed execute exist expire explain "
    "expose fail fetch find fix follow forget free generate get give go grow guarantee happen hash "
    "help hide identify ignore improve include increase inject insert install introduce invalidate "
    "invoke keep know learn leave let lie lose make mean merge move multiply obtain offer overwrite "
    "own permit prevent print produce protect prove provide publish receive recognise recognize "
    "reduce refer reject rely remain remember remove render replace represent require resolve reuse "
    "run scale select send serve share skip slow specify split stay store suit survive take tell "
    "throw treat trust understand use validate vary verify wait warn work wrap yield"
)
_BASES = _VERBS.split()


def _third_person(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeou":
        return base[:-1] + "ies"
    return base + "s"


AUXILIARY = (
    r"(?:is|are|was|were|has|have|had|does|do|did|can|could|may|might|must|shall|should|will|would"
    r"|cannot|needs?|isn't|aren't|doesn't|don't|can't|won't|shouldn't|mustn't)"
)
_WORD = r"[\w`'’\"“”./():-]+"
_DETERMINER = r"(?:the|an?|each|every|all|no|any|some|its|their|our|your|one|two|both)"
_SINGULAR = "|".join(map(_third_person, _BASES))
# A third person before an object is a verb, whatever it is: "the index maps each key".
_FINITE = (
    rf"(?:{AUXILIARY}\b|(?:{_SINGULAR})\b(?!\s+of\b)"
    rf"|\w{{2,}}[^s\W]s\s+(?:{_DETERMINER}|\w{{3,}}ly|down|up)\b"
    rf"|(?<=s\s)(?:{'|'.join(_BASES)})\b(?!\s+(?:of|and|or)\b))"
)
_CLAUSE = re.compile(rf"^(?:(?!{AUXILIARY}\b){_WORD}\s+){{1,8}}?{_FINITE}", re.IGNORECASE)
_PRONOUN_CLAUSE = re.compile(
    rf"^(?:it|they|this|these|those|he|she|we|you|one)\s+(?:\w+ly\s+|also\s+)?(?:{_FINITE}|\w+s\b)",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    rf"^(?:then\s+|also\s+)?(?:(?:{_SINGULAR})\b|\w{{2,}}[^s\W]s\s+(?:{_DETERMINER}|\w+ly|it|them)\b)",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"\b(?:if|when|whenever|because|since|as|while|whereas|although|though|unless|until|before|after"
    r"|once|that|which|who|whom|whose|what|where|whether|how|why|so|than|between|both|either|neither"
    r"|without|by|for\s+example|such)\b",
    re.IGNORECASE,
)
# "that" and "those" lean unless a relative clause makes clear which; "its" and "their" mostly refer
# to the clause's own subject.
_LEANING = re.compile(
    r"\b(?:it|itself|they|them|this|these|then|thus|therefore|hence|both|same|former|latter|others?"
    r"|otherwise|else|ones?|only|so(?!\s+(?:that|long|far)\b)|such(?!\s+as\b)"
    r"|those(?!\s+(?:who|that|which|of)\b)|^that)\b",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"(?:never|always|not|only|then|also|often|usually|still|just)\b", re.IGNORECASE
)


def is_clause(text: str) -> bool:
    """Tell whether a text begins with a subject of up to eight words and a finite verb."""
    match = _CLAUSE.match(text)
    return match is not None and not _NO_SUBJECT.match(text) and not is_subordinate(match.group())


def has_pronoun_subject(text: str) -> bool:
    """Tell whether a text is a clause about something named before, as in `it must expire`."""
    return bool(_PRONOUN_CLAUSE.match(text))


def is_predicate(text: str) -> bool:
    """Tell whether a text begins with a finite verb, as in `hashes the password`."""
    return bool(_PREDICATE.match(text))


def is_subordinate(text: str) -> bool:
    """Tell whether a text holds a word that opens a subordinate clause."""
    return bool(_SUBORDINATE.search(text))


def main_part(text: str) -> str:
    """Return what stands before the first subordinate clause."""
    return _SUBORDINATE.split(text, maxsplit=1)[0]


def leans(text: str) -> bool:
    """Tell whether a clause refers to one before it."""
    return bool(_LEANING.search(text))
