"""Streaming the events of an interview, whoever may see them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Request, Response, status
from sse_starlette import EventSourceResponse

from api.interviews import Feed, Held, Interviewing, MayWatch
from api.records import Database

_SEND_SECONDS = 30.0

LastEventId = Annotated[
    int, Header(ge=0, lt=2**31, description="Number of the last event that was received.")
]

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `id` is the event's number, `event` its type, and `data` "
        "the event as JSON",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {
        "description": "The interview is over, and its last event was received: do not reconnect"
    },
}


def stream_events(
    request: Request,
    held: Held,
    database: Database,
    interviewing: Interviewing,
    *,
    after: int,
    full: bool,
    may_watch: MayWatch | None = None,
) -> Response:
    """Stream what happened in an interview after an event, and what happens then, until it is over.

    Args:
        request: Whose service may stop.
        held: The interview.
        database: Holds its events.
        interviewing: Tells of new ones.
        after: Number of the last event that was received; 0 for all.
        full: Whether to show what candidates are not shown.
        may_watch: See `Feed`.
    """
    if held.state.finished is not None and after >= held.state.events:
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    feed = Feed(
        database,
        interviewing.watchers,
        held.row.tenant_id,
        held.row.id,
        full=full,
        may_watch=may_watch,
    )
    return EventSourceResponse(
        feed.after(after, lambda: request.app.state.admission.stopping),
        send_timeout=_SEND_SECONDS,
    )
