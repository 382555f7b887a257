"""Cues of a told experience: situation, task, own action, measured result, lesson (STAR).

A behavioural point asks that something be told ("the speaker gives a measured result"), so that no
answer ever says what its claim says. What can be read from the words is the kind of thing told: a
figure, a deed in the first person, an admission, a change that lasts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from grader.judges.local._polarity import read_cues

# Who a behavioural claim speaks of.
_TELLER = re.compile(
    r"\W*(?:the\s+|an?\s+)?(?:speaker|candidate|applicant|interviewee)\b", re.IGNORECASE
)

_FIGURE, _LESSON, _DEED, _ADMISSION, _CHOICE = "figure", "lesson", "deed", "admission", "choice"

_ASKS = {
    _FIGURE: r"\bfigures?\b|\bmeasur|\bmetrics?\b|\bquantif|\bpercent|\bhow (?:much|many|long)\b",
    _LESSON: r"\blessons?\b|\blearn|\bsince\b|\bafterwards\b|\bdifferently\b|\blater occasion\b"
    r"|\bchanged (?:how|what|their)\b|\brecurrence\b",
    _DEED: r"\bpersonally\b|\bthey did\b|\bsteps\b|\bown accord\b|\btold\b|\bbuilt\b|\bgave\b|\btook\b",
    _ADMISSION: r"\badmits?\b|\bgot wrong\b|\bhandled badly\b|\bof their own that led\b|\bown (?:part|error|fault)\b",
    _CHOICE: r"\balternatives?\b|\bpreferred\b|\btrade-offs?\b",
}  # fmt: skip
_WANTED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}

_VERB = (
    r"(?:\w{3,}ed|began|bought|brought|built|came|chose|cut|did|drew|found|gave|got|held|kept|led|made|met"
    r"|paid|put|ran|rang|read|rewrote|sat|sent|set|showed|spent|spoke|taught|told|took|went|wrote)"
)
_TELLS = {
    _FIGURE: r"\d|%|\b(?:half|halved|doubled|tripled|twice|tenfold|dozens?|hundreds?|thousands?)\b",
    _LESSON: r"\b(?:since then|ever since|from then on|nowadays|these days|next time|never again|in hindsight"
    r"|looking back|lessons?|learn(?:ed|t)|(?:now|today) (?:i|we)|(?:i|we) (?:now|always|no longer)|would now)\b",
    _DEED: rf"\bi (?:\w+ly |then |also |just |first |myself )?{_VERB}\b",
    _ADMISSION: r"\bmy (?:\w+ )?(?:fault|mistake|error|oversight)\b|\bon me\b|\bto blame\b|\bi was wrong\b"
    r"|\bi (?:should|could|ought to) have\b|\bi (?:had not|hadn['’]t|did not|didn['’]t|forgot|missed|misjudged"
    r"|overlooked|underestimated|ignored|assumed|failed|was too)\b",
    _CHOICE: r"\b(?:instead|rather than|alternatives?|options?|considered|against|versus|could have|trade-?off"
    r"|cheaper|simpler|safer|faster|slower|at the (?:price|cost|expense))\b",
}  # fmt: skip
_TOLD = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _TELLS.items()}


def star_cues(claim: str, quotes: Sequence[str], nearest: int) -> tuple[float, float]:
    """Tell whether what a behavioural claim asks for is told.

    Args:
        claim: The claim.
        quotes: The windows of the answer.
        nearest: Index of the window that is nearest to the claim.

    Returns:
        For the nearest window and for the answer as a whole: the share of the kinds of thing asked
        for that are told there less the share that are not, -1 to 1; 0 where the claim asks for
        none of them.
    """
    kinds = _asked(claim)
    if not kinds:
        return 0.0, 0.0
    here = sum(_tells(kind, quotes[nearest]) for kind in kinds)
    anywhere = sum(any(_tells(kind, quote) for quote in quotes) for kind in kinds)
    return 2 * here / len(kinds) - 1, 2 * anywhere / len(kinds) - 1


@lru_cache(maxsize=4096)
def _asked(claim: str) -> tuple[str, ...]:
    if not _TELLER.match(claim):
        return ()
    return tuple(kind for kind, pattern in _WANTED.items() if pattern.search(claim))


@lru_cache(maxsize=16384)
def _tells(kind: str, quote: str) -> bool:
    return bool(_TOLD[kind].search(quote)) or (kind is _FIGURE and bool(read_cues(quote).numbers))
