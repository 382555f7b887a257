"""Parts of a web page that are not the guide, told by element, role, class or id."""

from __future__ import annotations

import re

from lxml import etree

_BY_TAG = {
    "script": "script or style",
    "style": "script or style",
    "template": "script or style",
    "noscript": "script or style",
    "title": "page title",
    "nav": "navigation",
    "menu": "navigation",
    "footer": "page header or footer",
    "aside": "beside the content",
    "form": "form",
    "button": "form",
    "select": "form",
    "textarea": "form",
    "iframe": "embedded page",
    "svg": "image",
    "figcaption": "image",
}
_BY_ROLE = {
    "navigation": "navigation",
    "banner": "page header or footer",
    "contentinfo": "page header or footer",
    "complementary": "beside the content",
    "search": "form",
    "alert": "notice",
    "dialog": "notice",
}
_ADVERTISEMENT = (
    r"ads?|adsbygoogle|advert(?:isement|ising)?|sponsor(?:ed)?|promo(?:tion)?|cta|upsell|ad-\w+"
    r"|[\w-]+-ads?|newsletter(?:-[\w-]+)?|subscribe(?:-[\w-]+)?"
)
_NAVIGATION = (
    r"nav|navbar|navigation|nav-[\w-]+|[\w-]+-nav|menu|breadcrumbs?|toc|table-of-contents|pagination"
    r"|pager|skip-link|sidebar|related(?:-[\w-]+)?|recommended|tags|tag-list"
)
_SHARE = r"share|sharing|social|share-[\w-]+|social-[\w-]+|comments?|comments?-[\w-]+|rating"
_NOTICE = r"cookies?|cookie-[\w-]+|consent|gdpr|modal|popup|overlay"
_BYLINE = r"meta|post-meta|byline|author|author-[\w-]+|post-date|reading-time"
_BY_NAME = (
    (re.compile(_ADVERTISEMENT), "advertisement"),
    (re.compile(_NAVIGATION), "navigation"),
    (re.compile(_SHARE), "share or comment"),
    (re.compile(_NOTICE), "notice"),
    (re.compile(_BYLINE), "byline"),
)
# The tags that hold a whole guide; one of these may be called `modal` or `share-page` and be it.
_WHOLE = frozenset({"html", "body", "main", "article"})
_MOST_WORDS = 150


def reason_to_skip(tag: str, element: etree._Element) -> str:
    """Return why an element is no part of the guide; empty if it may be one."""
    if tag in _BY_TAG:
        return _BY_TAG[tag]
    if tag in _WHOLE:
        return ""
    if role := _BY_ROLE.get((element.get("role") or "").lower()):
        return role
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().replace("_", "-")
    for name in names.split():
        for pattern, reason in _BY_NAME:
            if pattern.fullmatch(name) and _is_short(element):
                return reason
    return ""


def _is_short(element: etree._Element) -> bool:
    """Tell an aside from a wrapper of the whole guide, which may have as odd a name."""
    count = 0
    for text in element.itertext():
        count += len(str(text).split())
        if count > _MOST_WORDS:
            return False
    return True
