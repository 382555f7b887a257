"""Lines of an export that are not its guide: advertisements, navigation, page furniture."""

from __future__ import annotations

import re

from grader.importing._document import word_set

# Each pattern has to be something that an interview guide does not say about its subject: users
# subscribe to topics and cookies are set there too.
_ADVERTISEMENT = re.compile(
    r"""
      ^\W*(?:advertisements?|advert|ad|ads|sponsored(?:\s+(?:content|post|by\b.*))?|promoted)\W*$
    | ^\W*(?:sponsor(?:ed)?\s+message|a\s+(?:word|message)\s+from\s+our\s+sponsors?)\b
    | ^\W*(?:sponsored|advertisement|promoted|ad)\b\s*(?:[:–—-]|\W*\*)\s*\S
    | ^\W*(?:subscribe|sign\s+up|join)\b.{0,40}\b(?:newsletter|mailing\s+list|(?:channel|community|premium)\b
        |weekly\s+(?:email|digest))
    | \b(?:our|my|a\s+free)\s+(?:newsletter|e-?book|(?:premium\s+)?(?:course|bootcamp|community|membership)
        |youtube\s+channel)\b
    | \b(?:enrol+|buy|order|register|book|sign\s+up|subscribe|get\s+started)\s+(?:now|today)\b\s*(?:[!.]|for\b|[$€£]|$)
    | \b(?:try|start|get|begin|claim)\b.{0,40}\b(?:free\s+trial|(?:for\s+)?free\s+today)\b
    | \bfor\s+free\s+today\b | \bin\s+our\s+(?:online\s+)?(?:store|shop)\b
    | \bbook\s+(?:a|your)\s+(?:\w+\s+){0,2}(?:session|call|demo|coach(?:ing)?|interview)\b
    | \bfor\s+(?:only|just)\s+[$€£]\s?\d
    | \b(?:use|with)\s+(?:the\s+)?(?:promo\s+|coupon\s+|discount\s+)?code\s+(?-i:[A-Z]+[0-9]+|[A-Z]{5,})\b
    | \b\d{1,3}\s?%\s+off\b | \b(?:discount|coupon|promo)\s+code\b
    | ^\W*(?:100\s?%\s+free|limited\s+(?:time\s+)?offer|special\s+offer|free\s+trial)\W*.{0,20}$
    | ^\W*(?:want|looking|ready|struggling|need)\b.{3,60}\?\s*(?:join|check\s+out|try|get|book|enrol+|sign)\b
    | ^\W*(?:check\s+out|download|grab|get)\s+(?:our|my|the\s+(?:free\s+)?(?:pdf|e-?book|app)|your\s+free)\b
    | ^\W*(?:ace|crack|nail|land)\s+(?:your|the|any)\b.{0,60}\b(?:interview|job|offer)\b.{0,60}
        (?:\bwith\b|\bnow\b|!|\bfree\b)
    | \b(?:affiliate|sponsored)\s+links?\b
    | ^\W*this\s+(?:post|article|guide|episode)\s+is\s+sponsored\b
    | ^\W*(?:buy\s+(?:me|us)\s+a\s+coffee|support\s+(?:us|me)\s+on\s+patreon)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAVIGATION = re.compile(
    r"""
      ^\W*(?:skip\s+to\s+(?:main\s+)?content|back\s+to\s+top|table\s+of\s+contents|contents|on\s+this\s+page
        |jump\s+to(?:\s+section)?|scroll\s+to\s+top|menu|home|search|toggle\s+\w+|expand\s+all|collapse\s+all
        |(?:show|hide|view|reveal|see)\s+(?:the\s+)?(?:answers?|solutions?|more|less|all)|read\s+more|load\s+more
        |loading|next|previous|prev|copy(?:\s+(?:code|link))?|copied!?|edit\s+this\s+page|bookmark)\W*$
    | ^\W*(?:previous|prev|next)(?:\s+(?:article|post|page|chapter|lesson))?\s*[:»«→←].*$
    | ^\W*(?:also\s+read|read\s+(?:also|next|more)|see\s+also|related(?:\s+(?:articles?|posts?|reading|questions?))?
        |recommended(?:\s+(?:articles?|posts?|reading))?|you\s+(?:may|might)\s+also\s+like|more\s+from)\s*(?:[:–—-]|$)
    | ^\W*(?:home|start|blog|docs)\s*(?:[>»›/|→]\s*\S.*)$
    | ^\W*(?:log\s*in|sign\s*(?:in|up)|register)\s*(?:[|/·•]\s*(?:log\s*in|sign\s*(?:in|up)|register|\w+))?\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FURNITURE = re.compile(
    r"""
      ^\W*(?:page|p\.)\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*$
    | ^\W*[-–—|]?\s*\d{1,4}\s*[-–—|]\W*$
    | ^\W*(?:©\s*(?:\d{4}|by\b|[A-Z])|\(c\)\s*\d{4}|copyright\s+(?:©\s*)?(?:\d{4}|by\b)).*$
    | \ball\s+rights\s+reserved\b
    | ^\W*(?:printed|exported|generated|downloaded|converted)\s+(?:on|at|from|by|with)\b.{0,60}
        (?:\b\d{4}\b|https?:)
    | ^\W*(?:source|url|original)\s*:\s*https?://\S+$
    | ^\W*(?:https?://|www\.)\S+$
    | ^\W*(?:terms(?:\s+of\s+\w+)?|privacy(?:\s+policy)?|imprint)(?:\s*[|·•&]\s*(?:terms|privacy|imprint|cookies?)
        (?:\s+\w+){0,2})*\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(
    r"""
      \b\d{1,3}\s*[-\s]?min(?:ute)?s?\s+read\b
    | ^\W*(?:last\s+)?(?:updated|published|posted|modified|reviewed)\s*(?:on|by|at|:)\s.{0,60}\b\d{4}\b.{0,40}$
    | ^\W*(?:written|posted|authored|reviewed)\s+by\b.{0,60}$
    | ^\W*by\s+(?:the\s+)?[A-Z][\w.]+(?:\s+[A-Z][\w.]+){0,2}\W*(?:\d.*)?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHARE = re.compile(
    r"""
      ^\W*(?:share|tweet|pin|like|follow)\b(?:\s+(?:this|on|via|us|me|post|article|page|it|with|to|your|friends
        |x|twitter|facebook|linked-?in|reddit|whatsapp|instagram|telegram|github|social|media|for|more|\W|\w+)){0,3}
        \s*(?:on|via|:|\|)\s*(?:x|twitter|facebook|linked-?in|reddit|whatsapp|instagram|telegram|github|social)\b.*$
    | ^\W*(?:share|tweet|like|reply|upvote)(?:\s+\d+)?(?:\s*[|·•]\s*(?:share|tweet|like|comments?|reply|save)
        (?:\s+\d+)?)*\W*$
    | ^\W*\d{1,6}[kKmM]?\s+(?:likes?|views?|claps?|comments?|shares?|upvotes?|followers?)\b\W*(?:\d.*)?$
    | ^\W*(?:was\s+this|did\s+you\s+find\s+this|found\s+this|rate\s+this)\b.{0,40}(?:helpful|useful|article|page)\b.*$
    | ^\W*(?:leave|post|write|add)\s+a\s+(?:comment|reply)\W*$
    | ^\W*(?:comments?|\d+\s+comments?)\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOTICE = re.compile(
    r"""
      \b(?:we|this\s+(?:site|website|page))\s+uses?\s+cookies\b
    | ^\W*(?:accept(?:\s+all)?|reject(?:\s+all)?|manage)\s+(?:cookies|preferences)\W*$
    | ^\W*please\s+(?:enable\s+javascript|disable\s+your\s+ad)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REASONS = (
    (_ADVERTISEMENT, "advertisement"),
    (_NAVIGATION, "navigation"),
    (_FURNITURE, "page header or footer"),
    (_BYLINE, "byline"),
    (_SHARE, "share or comment"),
    (_NOTICE, "notice"),
)
_MOST_WORDS = 40
_BARS = re.compile(r"\s*(?:[|·•»>/]|\s{3,})\s*")
_MENU = word_set(
    """
    home about contact blog guides courses log in login sign up signin signup register search
    menu docs articles tutorials pricing faq news jobs tools resources help account cart shop
    forum
    """
)


def reason_to_skip(text: str) -> str:
    """Return why a line is no part of a guide; empty if it may be one."""
    if len(text.split()) > _MOST_WORDS:
        return ""
    for pattern, reason in _REASONS:
        if pattern.search(text):
            return reason
    if not any(character.isalnum() for character in text):
        return "separator"
    items = [item for item in _BARS.split(text.lower()) if item]
    if len(items) >= 2 and all(set(item.split()) <= _MENU for item in items):
        return "navigation"
    return ""


def without_numbers(text: str) -> str:
    """Return a text with its numbers replaced, so that page numbers do not tell pages apart."""
    return re.sub(r"\d+", "#", text.lower())
