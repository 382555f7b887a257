"""What people say around an option when they choose it, dismiss it or think again, as patterns."""

from __future__ import annotations

import re

_I = re.IGNORECASE
NOTHING_BETWEEN = re.compile(r"[\s\"'“”‘’`*_()\[\].:,–—-]*")
JOINED = re.compile(
    r"[)\]*_`\"'”’]*\s*(?:,?\s*(?:and|or|plus|as\s+well\s+as)\s+(?:also\s+|with\s+)?|,\s*|&\s*|\+\s*|/\s*)"
    r"(?:the\s+|option\s+)?[(\[*_`\"'“‘]*",
    _I,
)
SINGULAR = re.compile(r"\s+(?:is|isn't|was|has|hasn't|does|doesn't)\b|['’]s\b", _I)

# Words that may stand between "not" or "I'd take" and the option without changing what is said.
_LIGHT = (
    r"(?:(?:um|uh|er|erm|hmm|like|probably|definitely|clearly|obviously|surely|certainly|maybe|just|really"
    r"|actually|simply|both|the|that|it|it['’]s|is|was|be|been|are|true|case|right|correct|answer|option"
    r"|options|answers|choice|to|say|said|says|think|believe|pick|choose|chose|choosing|take|taking|select"
    r"|go|going|with|for|of|on|as|i['’]d|i|we|would|will|want|quite|necessarily|a|one|by)\b[{}]*)*$"
)
_NEARLY = _LIGHT.format(r"\s\"'“‘`*_(\[")
_FAIRLY = _LIGHT.format(r"\s\"'“‘`*_(\[,:=–—-")
REJECTED_BEFORE = re.compile(
    r"(?:(?:\b(?:not|never|nor|neither|cannot)|n['’]?t)\s+(?!only\b)"
    r"|\b(?:rul(?:e[sd]?|ing)\s+out|cross(?:ed|ing)?\s+out|eliminat(?:e[sd]?|ing)|exclud\w+|discard\w*|reject\w*"
    r"|dismiss\w*|instead\s+of|than|over|unlike|except(?:\s+for)?|all\s+but|versus|vs\.?|against"
    r"|drop(?:ped|ping)?|avoid\w*)\s+"
    r"|\b(?:thought|assumed|believed|tempted|tempting|(?:was|were)\s+going|used|(?:would|might|could|should)"
    r"\s+have|people|many|most|some|others?|beginners|juniors|colleagues?|everyone|everybody|they|he|she"
    r"|myth|misconception|belief)[\s:]+"
    r"(?:(?:may|might|often|always|first|at|would|will|even|still|initially|people|about)\s+)*"
    r"|\b(?:wrong|false|untrue|incorrect|nonsense|mistaken?)(?:\s+(?:that|to\s+\w+|(?:ones?|options?|answers?)"
    r"\s+(?:is|are))\s+|\s*:\s*))" + _NEARLY,
    _I,
)
_VERDICT_WRONG = (
    r"(?:wrong|false|incorrect|untrue|nonsense|rubbish|out\b|no\s+good|not\b|never\b|a\s+(?:\w+\s+)?(?:myth|trap"
    r"|mistake|misconception|red\s+herring)|tempting|misleading|outdated|bogus|impossible|what\s+(?:people|many"
    r"|most|i\s+(?:used|would|first|thought))|the\s+(?:\w+\s+)?(?:trap|myth|belief|mistake|misconception|wrong))"
)
_IS = r"(?:is|are|was|were|seems?|sounds?|looks?|would\s+be|['’]s|['’]re)"
_ADVERBS = r"(?:(?:both|all|also|just|simply|clearly|plainly|definitely|obviously|then|therefore|of\s+course)\s+)*"
REJECTED_AFTER = re.compile(
    r"[\"'”’`*_)\]]*(?:"
    rf"\s*,?\s*(?:which|that|this|and\s+that)?\s*{_IS}\s+{_ADVERBS}{_VERDICT_WRONG}"
    rf"|\s+{_ADVERBS}(?:isn['’]t|aren['’]t|wasn['’]t|can['’]t|cannot|can\s+not|won['’]t|doesn['’]t|don['’]t|didn['’]t"
    r"|wouldn['’]t|does\s+not|do\s+not|did\s+not|would\s+not|fails?\b)"
    r"|\s*[:=,–—-]*\s*(?:wrong|false|incorrect|nope|nonsense)\b"
    r"|\s*[:=–—-]+\s*(?:no|not)\b(?!\s+(?:doubt|question))"
    r"|\s+no\s*[,.;]|\s+(?:at\s+first|until|but\s+no\b)"
    r")",
    _I,
)
CHOSEN_AFTER = re.compile(
    rf"[\"'”’`*_)\]]*\s*(?:,\s*)?(?:which\s+)?(?:(?:{_IS}|must\s+be|has\s+to\s+be|have\s+to\s+be)\s+{_ADVERBS}"
    r"(?:right|correct|true|it\b"
    r"|(?:the|my)\s+(?:(?:only|right|correct|true|best|final)\s+)*(?:answers?|picks?|choices?|ones?\b|option)"
    r"|(?:the\s+)?(?:right|correct|true|best)|what\s+(?:i|we)\s*(?:['’]d|would)?\s+(?:pick|choose|take|say|do|use|go))"
    r"|(?:holds?|fits?)\b|it\s+is\b|for\s+me\b|for\s+sure\b|makes\s+(?:the\s+most\s+)?sense"
    r"|(?:seems|sounds|looks)\s+(?:\w+\s+)?(?:right|correct|plausible|likely)|[:=,–—-]*\s*(?:yes|true|correct|right)\b)",
    _I,
)
CHOSEN_BEFORE = re.compile(
    r"(?:\bi(?:['’]?ll|['’]d)?\s+go\b|\bagree\s+with\b"
    r"|\b(?:go|going|went|vote|voting|opt|opting|settle|settling|stick|sticking|plump)\s+(?:for|with|on|to)"
    r"|\bi\s*(?:['’]d|['’]ll|would|will|can|have\s+to|am\s+going\s+to)?\s+(?:\w+ly\s+)?(?:pick|choose|chose|picked"
    r"|ticked|select|selected|take"
    r"|tick|mark|prefer)"
    r"|\b(?:pick|choose|choosing|picking|tick|ticking)"
    r"|\b(?:answers?|pick|choice|choices|vote|guess|bet|selection|option|options|one|ones|statement|statements)"
    r"(?:\s+here|\s+to\s+choose|\s+that\s+holds?)?\s*(?:is|are|would\s+be|must\s+be|has\s+to\s+be|should\s+be|:|=|-|–|—)"
    r"|\b(?:right|correct|true)\s*(?:is|are|:)|\b(?:must|gotta)\s+be|\bleav(?:es|ing)(?:\s+(?:us|me))?"
    r"|\b(?:elimination|final\s+answer|answer))[\s,:]*(?:only\s+)?" + _FAIRLY,
    _I,
)

# What may follow an option that is named as the choice, and not as the subject of a statement.
ENDS = re.compile(
    r"[)\]\"'”’`*_]*\s*(?:$|[.,;:!?()…—–-]|\n|(?:because|since|as|cause|cos|due|given|here|though|although"
    r"|and|but|no|nope|not|over|instead|rather|without|if|when|so|then|i|we|it|that['’]s|obviously|definitely"
    r"|clearly|probably|again|too|only|please|wait|sorry|yeah|actually|(?:hmm|um|uh|er)\W+(?:because|since|as|cause|cos|so|i|it|no|wait)|the\s+(?:other|rest|one))\b)",
    _I,
)
REASON = re.compile(r"\s*[,:–—-]*\s*(?:because|since|as|cause|cos)\b", _I)
POSSESSES = re.compile(r"['’]s\b")
ASKS = re.compile(r"[)\]\"'”’`*_]*\s*\?\s*\S")
FILLERS = re.compile(
    r"(?:[^\w{<$]|_|\b(?:um|uh|er|erm|hmm|well|ok|okay|so|yes|yeah|sure|right|like|my|the|answer|answers|choice|it|is"
    r"|s|i|d|think|guess|believe|would|say|said|probably|definitely|both|only|just|option|question|number|letter)\b)*",
    _I,
)
OPENS = re.compile(r"(?:^|[.!?:;\n])[\s\"'“‘*_`(\[>-]*$")
CLOSES = re.compile(r"[)\]\"'”’`*_]*(?:\s*$|[.!]|[ \t]*\n)")
BUT = re.compile(rf"\b(?:but|so|hence|therefore|thus|then)\b[\s,:]*{_FAIRLY}", _I)
HELD = re.compile(
    r"\b(?:i|i['’]d|would)\s+(?:\w+ly\s+)?(?:think|believe|guess|reckon|suppose|say|mean|lean(?:ing)?\s+to(?:wards?)?)\s+"
    rf"{_FAIRLY}|\b(?:it|that)\s*(?:['’]s|s|\s+(?:is|must\s+be|has\s+to\s+be|should\s+be|would\s+be|can\s+only\s+be"
    r"|might\s+be|could\s+be))\s+"
    rf"{_FAIRLY}|\b(?:so|hence|therefore|thus|probably|definitely|clearly|surely|maybe)\b[\s,:]*{_FAIRLY}",
    _I,
)
_TURN_WORDS = (
    r"(?:no|nope|wait|actually|sorry|scratch\s+that|strike\s+that|i\s+mean|or\s+rather|rather|correction"
    r"|on\s+second\s+thoughts?|hold\s+on|hang\s+on|make\s+(?:that|it)|oops|instead|changed?\s+(?:it|that|my\s+\w+)"
    r"(?:\s+to)?|then\s+again|yeah)"
)
TURN = re.compile(rf"(?:^|\W){_TURN_WORDS}\b[\s,.:;!?…–—-]*{_FAIRLY}", _I)
# Words that take back what was chosen before; "wait", "no" and "actually" only as interjections.
TAKEN_BACK = re.compile(
    r"\b(?:sorry|scratch\s+that|strike\s+that|or\s+rather|correction|on\s+second\s+thoughts?|hold\s+on|hang\s+on"
    r"|oops|changed?\s+(?:it|that|my\s+\w+)|i\s+take\s+(?:that|it)\s+back|final\s+answer|but\s+no)\b"
    r"|(?:^|[.,;:!?…–—-]|\b(?:no|oh|um|uh|er|hmm|but|ah|well))\s*(?:wait\b(?!\s+(?:for|until|on|till|time))|actually\b"
    r"|make\s+(?:that|it)\b|no\b(?=\s*(?:$|[.,;!…–—-]|wait|actually|it['’]s|i['’]d)))"
    r"|^[\s,.…–—-]*(?:\w+\s+){0,2}(?:no|nope|actually|rather|wait|i\s+mean)\b[\s,]*(?:\w+\s+){0,3}$",
    _I,
)
