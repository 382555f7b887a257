"""The page itself: templates, and a policy under which nothing but its own style and script runs."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from evals.reports import _words as words
from evals.wording import counted
from grader.bank import marked_words

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, **content: Any) -> str:
    """Fill a template; every text in it is escaped.

    Args:
        template: Name of a file in `templates/`.
        content: What it shows; SVG comes as `Markup`.
    """
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        _templates()
        .get_template(template)
        .render(style=Markup(style), script=Markup(script), policy=policy, **content)  # noqa: S704
    )


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evals.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": words.number, "interval": words.interval}
    environment.globals |= {
        "words_of": words.words_of,
        "less_is_better": words.less_is_better,
        "count": counted,
        "span": words.span,
        "p_value": words.p_value,
        "marked_words": marked_words,
    }
    return environment


def _asset(name: str) -> str:
    text = files("evals.reports").joinpath("templates", name).read_text(encoding="utf-8")
    # A browser reads line ends as \n before it takes the hash.
    return text.replace("\r\n", "\n")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
