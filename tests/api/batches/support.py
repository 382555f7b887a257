"""Sending batches and waiting for them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from tests.api.support import FIRST, Caller

PATIENCE = 60.0
NDJSON = {"Content-Type": "application/x-ndjson"}


def line(number: int, **more: Any) -> dict[str, Any]:
    """A line that can be graded."""
    answer = f"Answer {number}: it decouples."
    return {"custom_id": f"a{number}", "rubric_id": FIRST.id, "answer": answer} | more


def lines(count: int, **more: Any) -> list[dict[str, Any]]:
    """Lines that can be graded."""
    return [line(number, **more) for number in range(count)]


def file_of(content: Iterable[Any]) -> bytes:
    """A file of lines; texts stand in it as they are."""
    texts = (one if isinstance(one, str) else json.dumps(one) for one in content)
    return "\n".join(texts).encode()


def send(caller: Caller, content: Iterable[Any] | bytes, query: str = "", **headers: str) -> Any:
    """Send a batch."""
    body = content if isinstance(content, bytes) else file_of(content)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller("POST", f"/v1/batches{query}", content=body, headers=NDJSON | named)


def sent(caller: Caller, content: Iterable[Any], query: str = "") -> str:
    """Send a batch that is accepted, and return its id."""
    response = send(caller, content, query)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def is_finished(batch: Any) -> bool:
    """Whether a batch is finished."""
    return batch["finished_at"] is not None


def until(caller: Caller, batch_id: str, reached: Callable[[Any], bool] = is_finished) -> Any:
    """Ask again and again until a batch stands as wanted."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        batch = caller("GET", f"/v1/batches/{batch_id}").json()
        if reached(batch):
            return batch
        time.sleep(0.02)
    raise AssertionError(f"not reached; the last was {batch}")


def results(caller: Caller, batch_id: str, kind: str) -> list[Any]:
    """The lines of `output` or `errors`."""
    response = caller("GET", f"/v1/batches/{batch_id}/{kind}")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(text) for text in response.text.splitlines()]
