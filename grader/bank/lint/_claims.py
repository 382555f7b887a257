"""Claims that hold several facts, and claims that only their neighbours make clear.

Both are read off the words, without a parser. What cannot be told for sure passes: a compound claim
costs a candidate half a verdict, a false alarm costs the author's trust in all the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.bank.lint._clauses import (
    AUXILIARY,
    has_pronoun_subject,
    is_clause,
    is_predicate,
    is_subordinate,
    leans,
    main_part,
)
from grader.bank.lint._findings import Code, Finding, warn
from grader.types import Kind, Rubric
from grader.words import content_words

# The longest claim of the bank has 25 words.
_MOST_WORDS = 30


def check_claims(rubric: Rubric) -> Iterator[Finding]:
    """Find claims of points and mistakes that are several, or that lean on others.

    What a candidate would say about themselves is left alone: people tell that in longer sentences.
    """
    claims = [(f"points[{i}].claim", point.claim) for i, point in enumerate(rubric.points)]
    if rubric.kind is not Kind.BEHAVIOURAL:
        claims += [(f"mistakes[{i}].claim", m.claim) for i, m in enumerate(rubric.mistakes)]
    for where, claim in claims:
        if sign := several_facts(claim):
            message = (
                f"the claim holds several facts ({sign}); make each of them a claim of its own"
            )
            yield warn(Code.COMPOUND_CLAIM, where, message)
        if sign := leans_on_others(claim):
            message = (
                f"the claim cannot be understood alone ({sign}); name what it is about, as each "
                "claim is judged by itself"
            )
            yield warn(Code.DEPENDENT_CLAIM, where, message)


_ABBREVIATIONS = r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bcf)(?<!\betc)"
_SENTENCE_END = re.compile(rf"(?<!\.){_ABBREVIATIONS}[.!?][\"'”’)`]*\s+(?=[\"'“‘(`]?[A-Z0-9])")
_LISTED = re.compile(r"\n\s*(?:[-*•+]|\d+[.)])\s|\((?:1|a|i)\).*\((?:2|b|ii)\)")
_ADDITION = re.compile(
    r"\b(?:additionally|moreover|furthermore|besides,|in addition(?! to\b)|and also|on top of that)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(?:;|\s[–—])\s+(?:(?:and|but)\s+)?|(?:,\s+|\s+)(?:and|but)\s+")

_CLAUSE_WORDS = 3


def several_facts(claim: str) -> str:
    """Say by what a claim shows that it holds several facts; empty if it shows nothing."""
    if _SENTENCE_END.search(claim):
        return "several sentences"
    if _LISTED.search(claim):
        return "a list"
    if match := _ADDITION.search(claim):
        return f"“{match.group().rstrip(',')}”"
    if len(claim.split()) > _MOST_WORDS:
        return f"{len(claim.split())} words"
    return _joined_clauses(claim) or _joined_predicates(claim)


def _joined_clauses(claim: str) -> str:
    for joint in _JOINT.finditer(claim):
        left, right = claim[: joint.start()], claim[joint.end() :]
        if _joins_facts(left, right, joint.group().strip()):
            return f"“{_shown(joint.group())} {_beginning(right)}”"
    return ""


def _joined_predicates(claim: str) -> str:
    steps = [part for part in re.split(r",\s*|\s+and\s+", claim)[1:] if is_predicate(part)]
    if len(steps) < 2 or is_subordinate(claim):
        return ""
    return f"it does several things: “{_beginning(steps[0])}”, “{_beginning(steps[1])}”"


def _joins_facts(left: str, right: str, joint: str) -> bool:
    """Tell whether two clauses are joined that would each stand by itself."""
    if len(left.split()) < _CLAUSE_WORDS or len(right.split()) < _CLAUSE_WORDS:
        return False
    if joint[:1] in (";", "–", "—"):
        return not leans(main_part(right))
    parted = joint.startswith(",") and not is_subordinate(left.split(maxsplit=1)[0])
    if not is_clause(left) or (is_subordinate(left) and not parted):
        return False
    return has_pronoun_subject(right) or (is_clause(right) and not leans(right))


def _shown(joint: str) -> str:
    return " ".join(joint.split())


def _beginning(text: str) -> str:
    words = text.split()
    return " ".join(words[:4]) + (" …" if len(words) > 4 else "")


_OPENS_LEANING = re.compile(
    r"(?:it|they|he|she|its|their|them|him|her|also|however|therefore|thus|hence|otherwise|likewise"
    r"|similarly|moreover|furthermore|additionally|besides|then|again|and|but|or|nor|yet|another"
    r"|this|these|such(?!\s+as\b)|instead(?!\s+of\b)|in addition(?!\s+to\b)|in contrast(?!\s+to\b)"
    r"|those(?!\s+(?:who|that|which)\b)|that\s+(?:is|was|means?|makes?|would|will|can|has)"
    r"|both(?!.*\band\b)|the\s+(?:same|other|others|opposite|reverse|former|latter|rest|first|second)"
    rf"(?=\s+(?:{AUXILIARY}|applies|holds|goes|one|way|option|case|approach)\b))\b",
    re.IGNORECASE,
)
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:the\s+former|the\s+latter|aforementioned|(?:as\s+)?(?:mentioned|described|said|explained"
    r"|noted|listed|named|shown)\s+(?:above|before|earlier|below|previously)|the\s+(?:above|following)"
    r"|(?:see|as)\s+(?:above|below)|the\s+(?:previous|preceding|next|other)\s+(?:points?|claims?|answers?))\b",
    re.IGNORECASE,
)
# "It is enough to …", "it helps that …": nothing is meant by this "it" that one would have to know.
_EXPLETIVE = re.compile(
    r"\bit(?:\s+(?:is|was|can|may|would|will|helps?|takes?|makes?|pays?|matters?|follows)|['’]s)\b"
    r"[^,;]*?\s(?:to|that|whether|if|when|how|for)\b",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"\b(?:must|should|can|may|has\s+to|have\s+to|needs?\s+to)\s+also\b|\btoo\.?$",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)


def leans_on_others(claim: str) -> str:
    """Say by which words a claim leans on others; empty if it stands by itself."""
    expletive = _EXPLETIVE.match(claim)
    if (match := _OPENS_LEANING.match(claim)) and not expletive:
        return f"it begins with “{match.group()}”"
    if match := _POINTS_ELSEWHERE.search(claim):
        return f"“{match.group()}”"
    if match := _ADDS.search(claim):
        return f"“{match.group().rstrip('.')}”: in addition to what?"
    match = _REFERS.search(claim)
    if (
        match
        and _names_nothing(claim[: match.start()])
        and not _EXPLETIVE.match(claim, match.start())
    ):
        return f"“{match.group()}” comes before what it stands for"
    return ""


def _names_nothing(text: str) -> bool:
    # As before the pronoun in "When it is full, …": there is nothing yet that it could stand for.
    return not content_words(text)
