"""Matplotlib's drawings as SVG that belongs to the page: its colours, its fonts, its policy."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

# Drawn in stand-in colours, which the page's own then replace, so that a plot follows the theme.
PAPER, INK, QUIET, RULE = "#000001", "#000002", "#000003", "#000004"
ACCENT, WASH, SECOND, GOOD, BAD = "#000005", "#000006", "#000007", "#000008", "#000009"
_VARIABLES = {
    PAPER: "var(--paper)",
    INK: "var(--ink)",
    QUIET: "var(--quiet)",
    RULE: "var(--rule)",
    ACCENT: "var(--accent)",
    WASH: "var(--accent-wash)",
    SECOND: "var(--label)",
    GOOD: "var(--good)",
    BAD: "var(--bad)",
}

# Keyed by names that matplotlib types as literals, of which there are hundreds.
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "text.parse_math": False,
    "font.size": 10.5,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.linewidth": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": QUIET,
    "ytick.labelcolor": QUIET,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.color": INK,
}

_KEPT = {"font-weight", "opacity", "text-anchor"}
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@contextmanager
def drawing(width: float, height: float) -> Iterator[Drawing]:
    """Open a drawing of so many units, in the page's colours.

    A unit is a CSS pixel where the page shows the plot at its natural size.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # Text stays text, so that a font matplotlib lacks letters of is never drawn with.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        figure.patch.set_visible(False)
        yield figure


def plain(text: str, longest: int = 48) -> str:
    """Make a text fit to be a label: no control characters, not too long."""
    text = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def svg(drawing: Drawing, name: str, title: str, description: str) -> str:
    """Write a drawing as an inline `<svg>`.

    It has no style attributes and no style element, which the page's content security policy
    forbids, and only such ids as it refers to, each beginning with its name.

    Args:
        drawing: Drawn within `drawing`.
        name: Unique on the page.
        title: What is shown.
        description: What a reader who cannot see it should know.
    """
    buffer = io.BytesIO()
    drawing.savefig(
        buffer,
        format="svg",
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    parser = etree.XMLParser(remove_comments=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(buffer.getvalue(), parser)
    for tag in ("metadata", "style"):
        for element in list(root.iter(_SVG + tag)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    for element in root.iter():
        _unstyle(element)
    _rename(root, name)
    _describe(root, name, title, description)
    return etree.tostring(root, encoding="unicode")


def _unstyle(element: etree._Element) -> None:
    for declaration in (element.attrib.pop("style", "") or "").split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font-size":
            element.set(key, value.removesuffix("px"))
        elif key in _KEPT or key.startswith(("fill", "stroke")):
            element.set(key, value)
    for key in ("fill", "stroke"):
        value = element.get(key, "")
        if value in _VARIABLES:
            element.set(key, _VARIABLES[value])


def _rename(root: etree._Element, name: str) -> None:
    """Give ids the name in front; drop those that nothing refers to."""
    text = etree.tostring(root, encoding="unicode")
    used = sorted(set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text)))
    renamed = {old: f"{name}-{number}" for number, old in enumerate(used)}
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in renamed:
            element.set("id", renamed[identity])
        for key in ("clip-path", _LINK):
            value = element.get(key)
            if value:
                old = value.removeprefix("url(").strip("#)")
                new = f"#{renamed[old]}"
                element.set(key, f"url({new})" if value.startswith("url(") else new)


def _describe(root: etree._Element, name: str, title: str, description: str) -> None:
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("class", f"plot {name}")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = etree.Element(_SVG + tag)
        element.set("id", f"{name}-{tag}")
        element.text = _UNPRINTABLE.sub(" ", text)
        root.insert(place, element)
