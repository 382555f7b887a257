"""Opening Chroma, in a folder or on a server, and telling in our words what it raises."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from filelock import FileLock

from grader.errors import ConfigurationError, GraderError, IndexUnavailable

if TYPE_CHECKING:
    import httpx
    from chromadb.api import ClientAPI

_log = logging.getLogger(__name__)

# Of one request. The client itself would wait for ever for a server that says nothing.
_SECONDS = 10.0
_HEARTBEAT = "/api/v2/heartbeat"
# For the processes that open the same folder before us; each takes about one second.
_SECONDS_TO_OPEN = 60.0

_P = ParamSpec("_P")
_T = TypeVar("_T")


@contextmanager
def open_folder(folder: Path) -> Iterator[ClientAPI]:
    """Open a database in a folder of this machine, creating it if need be.

    Processes take turns until the block ends: Chroma lays out its tables without locking them, and
    of two that open a new folder together one would fail.

    Raises:
        ConfigurationError: The folder cannot be used; also for what fails within the block.
    """
    import chromadb
    from chromadb.config import Settings

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "open.lock", timeout=_SECONDS_TO_OPEN):
            yield chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    except Exception as error:
        if not _is_failure(error):
            raise
        message = f"the index folder {folder} cannot be used ({error}); set GRADER_DATA_DIR"
        raise ConfigurationError(message) from error


@contextmanager
def connect(url: str, token: str) -> Iterator[ClientAPI]:
    """Connect to a server.

    Args:
        url: As in `http://chroma:8000`.
        token: Sent as a bearer token; empty for none.

    Raises:
        ConfigurationError: It cannot be reached or used; also for what fails within the block.
    """
    import chromadb
    import httpx
    from chromadb.config import Settings

    host, port, secure = _address(url)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        # First with a time limit, which the client has none of while it is being made.
        httpx.get(
            url.rstrip("/") + _HEARTBEAT, headers=headers, timeout=_SECONDS
        ).raise_for_status()
        client = chromadb.HttpClient(
            host, port, secure, headers, Settings(anonymized_telemetry=False)
        )
        for session in _sessions(client):
            session.timeout = httpx.Timeout(_SECONDS)
        yield client
    except Exception as error:
        # Where it cannot connect the client makes a `ValueError`.
        if not (_is_failure(error) or isinstance(error, ValueError)):
            raise
        raise ConfigurationError(
            f"the Chroma server at {url} cannot be used ({_said(error)}); see that it runs there, "
            "or set GRADER_INDEX_URL and GRADER_INDEX_TOKEN"
        ) from error


def disconnect(client: ClientAPI) -> None:
    """Close connections to a server; a database in a folder has none, and stays open."""
    for session in _sessions(client):
        session.close()


def translated(act: Callable[_P, _T]) -> Callable[_P, _T]:
    """Make a method raise `IndexUnavailable` for whatever Chroma raises.

    What callers are told names no address; the log does.
    """

    @wraps(act)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return act(*args, **kwargs)
        except Exception as error:
            if not _is_failure(error):
                raise
            _log.warning("the vector index cannot be used: %s", _said(error))
            raise IndexUnavailable(
                f"the vector index cannot be used now ({type(error).__name__}); nothing was lost, "
                "try again later"
            ) from error

    return told


def _sessions(client: ClientAPI) -> Iterator[httpx.Client]:
    """Yield what a client of a server sends requests with; it offers no other way to it."""
    inner: Any = client
    for part in (inner, inner._admin_client):  # noqa: SLF001
        session = getattr(part._server, "_session", None)  # noqa: SLF001
        if session is not None:
            yield session


def _address(url: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"}:
            secure = parts.scheme == "https"
            return parts.hostname, parts.port or (443 if secure else 80), secure
    except ValueError:  # a port that is none
        pass
    raise ConfigurationError(
        f"GRADER_INDEX_URL is '{url}'; write http://HOST:PORT or https://HOST:PORT of a Chroma "
        "server"
    )


def _is_failure(error: Exception) -> bool:
    """Tell what Chroma, the network or the disk raises from mistakes of our own."""
    import httpx
    from chromadb.errors import ChromaError

    if isinstance(error, GraderError):
        return False
    # Of a response that it does not understand the client makes a bare `Exception`.
    known = (ChromaError, httpx.HTTPError, OSError)
    return isinstance(error, known) or type(error) is Exception


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
