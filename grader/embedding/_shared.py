"""One model, many requests: whatever waits while a batch runs makes up the next batch."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from grader.embedding._protocol import Embedder, Encoded

# Enough texts to fill the processor, few enough that one long batch does not hold up the next.
_TEXTS_PER_BATCH = 128

# Of what nobody waits for in a hurry; whoever does gets a turn between two of these.
_TEXTS_IN_TURN = 16

_Job = tuple[Sequence[str], "Future[list[Encoded]]"]


class SharedEncoder:
    """Runs an embedder in a thread of its own and joins concurrent calls into batches.

    There is no waiting window: a lone request starts at once, and requests that arrive meanwhile
    are encoded together as soon as the model is free. Usable from any event loop and any thread.
    """

    def __init__(self, embedder: Embedder) -> None:
        """Wrap an embedder; the thread starts with the first call."""
        self._embedder = embedder
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """The embedder's fingerprint."""
        return self._embedder.fingerprint

    async def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, in order, sharing the model with whoever else calls now."""
        return await asyncio.wrap_future(self.submit(texts))

    def submit(self, texts: Sequence[str]) -> Future[list[Encoded]]:
        """Queue texts from a thread that has no event loop."""
        future: Future[list[Encoded]] = Future()
        if not texts:
            future.set_result([])
            return future
        self._ensure_thread()
        self._jobs.put((texts, future))
        return future

    def in_turn(self) -> Embedder:
        """Return it as an embedder for a thread without an event loop that is in no hurry."""
        return _InTurn(self)

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs, last = self._collect(job)
            self._encode(jobs)
            if last:
                return

    def _collect(self, job: _Job) -> tuple[list[_Job], bool]:
        jobs, count = [job], len(job[0])
        while count < _TEXTS_PER_BATCH:
            try:
                following = self._jobs.get_nowait()
            except Empty:
                break
            if following is None:
                return jobs, True
            jobs.append(following)
            count += len(following[0])
        return jobs, False

    def _encode(self, jobs: Sequence[_Job]) -> None:
        live = [job for job in jobs if job[1].set_running_or_notify_cancel()]
        try:
            encoded = self._embedder.encode([text for texts, _ in live for text in texts])
        except Exception as error:  # noqa: BLE001 - handed to every caller of this batch
            for _, future in live:
                future.set_exception(error)
            return
        position = 0
        for texts, future in live:
            future.set_result(encoded[position : position + len(texts)])
            position += len(texts)


class _InTurn:
    """Encodes a few texts at a time, so that requests which arrive meanwhile come in between."""

    def __init__(self, shared: SharedEncoder) -> None:
        self._shared = shared

    @property
    def fingerprint(self) -> str:
        return self._shared.fingerprint

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        encoded: list[Encoded] = []
        for start in range(0, len(texts), _TEXTS_IN_TURN):
            encoded += self._shared.submit(texts[start : start + _TEXTS_IN_TURN]).result()
        return encoded

    def forward_only(self, texts: Sequence[str]) -> None:
        self.encode(texts)
