"""The web pages: plain files, no build step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages import Page, page_response

router = APIRouter(include_in_schema=False)

# A report is a page of its own with its own style, shown in a frame that has no origin.
_REPORT = (
    ("sandbox", "allow-scripts"),
    ("style-src", "'unsafe-inline'"),
    ("connect-src", "'none'"),
    ("frame-ancestors", "'self'"),
    ("require-trusted-types-for", ""),
)

_PAGES = (
    Page("/", "practice.html", section="Practice", speaking=True),
    Page("/interview", "interview.html", section="Interview", speaking=True),
    Page("/interview/report", "report.html", section="Interview"),
    Page("/invite", "invite.html", speaking=True),
    Page("/review", "review.html", section="Review"),
    Page("/rubrics", "rubrics.html", section="Rubrics", policy=(("frame-src", "'self'"),)),
    Page("/rubrics/report-frame", "report_frame.html", policy=_REPORT),
    Page("/dashboard", "dashboard.html", section="Dashboard"),
)


def _serving(page: Page) -> Callable[[], Awaitable[HTMLResponse]]:
    async def serve() -> HTMLResponse:
        return page_response(page)

    return serve


for _page in _PAGES:
    router.add_api_route(_page.path, _serving(_page), methods=["GET", "HEAD"])
