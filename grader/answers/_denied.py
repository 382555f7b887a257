"""Sentences that say something only to reject it: in so many words, or in the next sentence."""

from __future__ import annotations

import re

from grader.answers._read import Answer, matchable

_FALSE = (
    r"(?:not\ (?:at\ all\ )?(?:true|right|correct|so|the\ case)|false|untrue|wrong|incorrect|mistaken"
    r"|nonsense|rubbish|(?:just\ )?(?:an?\ )?(?:common\ |old\ |popular\ |widespread\ )?"
    r"(?:myth|misconception|fallacy|misunderstanding|mistake|error|lie))"
)
_NOT = r"(?:\ not|n['’]t|\ never|\ no\ longer)"

# What stands before the statement that it rejects.
_OPENING = re.compile(
    rf"""^\W*(?:(?:and|but|so|no|well|now|also|clearly|certainly|actually)\W+)*(?:
      (?:it|that)(?:['’]s|\ is|\ was|\ would\ be)\ (?:\w+\ ){{0,2}}?{_FALSE}\ (?:that|to\ (?:say|think|believe|claim))\b
    | (?:it|that)\ (?:is|was|would\ be|does){_NOT}\ (?:true|right|correct|so|the\ case|follow)\b.{{0,12}}\bthat\b
    | (?:nobody|no\ one|no-one|nothing)\ (?:\w+\ ){{0,2}}(?:believes?|says?|thinks?|claims?|suggests?|agrees?)\ (?:that|with)\b
    | (?:i|we|one|you|people)\ (?:\w+\ ){{0,2}}(?:do|does|would|could|can|should|must){_NOT}\ (?:\w+\ )?(?:believe|think|agree|say|accept)\ (?:that|with)\b
    | (?:i|we)\ (?:\w+\ )?(?:disagree|doubt|deny|reject|dispute)\b.{{0,40}}?\bthat\b
    | (?:contrary\ to|against)\ (?:what|the)\b.{{0,40}}?\bthat\b
    | (?:some|many|most|other|a\ few)?\ ?(?:people|colleagues|developers|juniors|engineers|they|some|many)\ (?:\w+\ )?(?:wrongly|falsely|mistakenly|incorrectly)\b
    | (?:is|was)\ it\ true\ that\b (?=.*\?)
    )""",
    re.IGNORECASE | re.VERBOSE,
)

# What takes back the sentence before it.
_AFTER = re.compile(
    rf"""^\W*(?:(?:but|and|no|well)\W+)*(?:
      (?:that|this|it|which|he|she|they|these|those|all\ of\ (?:that|this|it))(?:['’]s|['’]re|\ is|\ are|\ was|\ were)\ (?:\w+\ )??{_FALSE}\b
    | (?:that|this|it)\ (?:is|was){_NOT}\ (?:\w+\ )?(?:true|right|correct|so|the\ case)\b
    | (?:that|this)\ (?:is|was)\ what\ (?:i|we)\ (?:used\ to|once)\ \w+\b
    | not\ (?:at\ all|true|so|really|correct|in\ the\ least)\b
    | no,?\ (?:it|that|this|they)\ (?:is|does|do|are|was|can|will|would)(?:{_NOT})\b
    | (?:today|now|meanwhile|since\ then)\ (?:i|we)\ know\ (?:better|that\ the\ opposite)\b
    | (?:wrong|false|nonsense|rubbish)\W*$
    | (?:the\ )?(?:opposite|contrary|reverse)\ (?:is|holds)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)

# What rejects all that follows, or all that went before.
_ALL_BELOW = re.compile(
    rf"""\b(?:none|nothing|not\ one|no\ part)\ (?:of|in)\ (?:the\ following|these|this|what\ follows)\b.{{0,30}}\b(?:true|right|correct|holds)\b
    | \b(?:the\ following(?:[,:;]|\ (?:is|are|was|were)\b)|these\ (?:sentences|statements|claims)\b).{{0,40}}\b{_FALSE}\b
    | \bwhat\ (?:people|some|many|others)\ (?:wrongly|falsely|mistakenly|incorrectly)\b
    | \b(?:common|popular|old|widespread)\ (?:myths|misconceptions|fallacies|mistakes)\b.{{0,30}}:\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_ALL_ABOVE = re.compile(
    rf"""\b(?:opposite|contrary|reverse)\ of\ (?:every|all|each|what|everything)\b.{{0,40}}\b(?:above|before|said)\b
    | \b(?:none|nothing|not\ one)\ of\ (?:the\ above|this|that|these|what\ i\ (?:\w+\ )?said)\b.{{0,30}}\b(?:true|right|correct)\b
    | \b(?:all|everything|every\ (?:one|sentence|word))\b.{{0,20}}\b(?:above|before|i\ (?:\w+\ )?said)\b.{{0,20}}\b{_FALSE}\b""",
    re.IGNORECASE | re.VERBOSE,
)


_ENDS = tuple('.!?…;"”’)')


def denied_segments(answer: Answer) -> list[bool]:
    """Tell which segments state what the answer rejects.

    By a frame before the statement ("it is a myth that"), by the next sentence ("that is wrong"), or
    by a sentence about all that follows or all that went before.
    """
    quotes = [matchable(answer.quote(segment)) for segment in answer.segments]
    denied = [_OPENING.match(quote) is not None for quote in quotes]
    for place, quote in enumerate(quotes):
        if place and _AFTER.match(quote):
            denied[place - 1] = True
        if _ALL_BELOW.search(quote):
            denied[place:] = [True] * (len(denied) - place)
        if _ALL_ABOVE.search(quote):
            denied[: place + 1] = [True] * (place + 1)
    # A long sentence is cut into clauses, and its frame stands in the first of them; an unpunctuated
    # transcript is one long sentence, so this reaches no further than the next clause.
    framed = list(denied)
    for place, segment in enumerate(answer.segments[1:], start=1):
        before = answer.segments[place - 1]
        unfinished = not answer.quote(before).rstrip().endswith(_ENDS)
        if framed[place - 1] and segment.block == before.block and unfinished:
            denied[place] = True
    return denied
