"""From a template to a response that a browser holds to a strict policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

_NAVIGATION = (
    ("/", "Practice"),
    ("/interview", "Interview"),
    ("/review", "Review"),
    ("/rubrics", "Rubrics"),
    ("/dashboard", "Dashboard"),
)

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the service.

    Attributes:
        path: Where it is served.
        template: A file of `api/pages/templates`.
        section: The entry of the navigation that it belongs to; empty for none of them.
        speaking: Whether it may ask for the microphone, and play what was recorded.
        policy: Directives of the content-security policy that this page sets otherwise; an empty
            one is left out.
    """

    path: str
    template: str
    section: str = ""
    speaking: bool = False
    policy: tuple[tuple[str, str], ...] = ()


def page_response(page: Page, status: int = HTTPStatus.OK) -> HTMLResponse:
    """Return a page; browsers ask each time whether it is still the same."""
    directives = _POLICY | ({"media-src": "blob:"} if page.speaking else {}) | dict(page.policy)
    policy = "; ".join(f"{name} {value}" for name, value in directives.items() if value)
    return HTMLResponse(
        _rendered(page),
        status,
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "Permissions-Policy": (
                f"camera=(), geolocation=(), microphone=({'self' if page.speaking else ''})"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def asks_for_a_page(request: Request) -> bool:
    """Say whether it is a person who opened an address, and not a program that calls the API."""
    return (
        request.method in ("GET", "HEAD")
        and not request.url.path.startswith(("/v1/", "/static/"))
        and "text/html" in request.headers.get("accept", "")
    )


def not_found_response() -> HTMLResponse:
    """Return the page for an address without one."""
    return page_response(Page("", "not_found.html"), HTTPStatus.NOT_FOUND)


@cache
def _rendered(page: Page) -> str:
    template = _environment().get_template(page.template)
    return template.render(navigation=_NAVIGATION, section=page.section)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
