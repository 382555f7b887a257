"""Takes something away from a busy service, gives it back, and looks at what became of every answer.

    python -m tests.faults.trial                      # all of it, each for ten seconds
    python -m tests.faults.trial postgresql chroma --seconds 30

A batch is being graded and clients send single answers all the while, each until it is answered, as
clients with an `Idempotency-Key` may. Afterwards every answer must have exactly one grade, with the
score that it deserves or none; whatever was refused must have been refused with a clear 503; and the
same process must be at work again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.api.support import FIRST
from tests.faults.kinds import KINDS, Fault
from tests.load.running import counts_of, send
from tests.support.chroma_server import free_port

_PATIENCE = 240.0  # only a stuck one waits so long
_CLIENTS = 2
_SCORE = round(100 * FIRST.points[0].weight / sum(point.weight for point in FIRST.points), 1)


@dataclass
class Report:
    """What happened.

    Attributes:
        during: Responses to single answers while the fault lasted, by status and code.
        ready: What `/readyz` said meanwhile: its HTTP status and its own.
        back_after: Seconds from the end of the fault to the first grade.
        answers: Single answers that were sent.
        lines: Of the batch.
        withheld: Grades without a score, of both.
        wrong: What should not be.
    """

    during: Counter[str] = field(default_factory=Counter)
    ready: str = ""
    back_after: float = 0.0
    answers: int = 0
    lines: int = 0
    withheld: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{count} × {what}" for what, count in self.during.most_common())
        verdict = "; ".join(sorted(set(self.wrong))[:5]) or "one grade for each answer, none wrong"
        return (
            f"meanwhile {told or 'nothing'}; /readyz {self.ready}\n"
            f"back after {self.back_after:.1f} s; {self.answers} answers and {self.lines} lines, "
            f"{self.withheld} scores withheld\n{verdict}\n"
        )


class _Clients:
    """Sends single answers, each again and again until it is graded."""

    def __init__(self, base_url: str, fault: Fault, report: Report) -> None:
        self._base_url = base_url
        self._fault = fault
        self.report = report
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=[n]) for n in range(_CLIENTS)]
        self.first = threading.Event()
        self.faulty = threading.Event()
        self.met = threading.Event()
        self.restored_at: float | None = None
        self.back = threading.Event()
        self.grades: dict[str, str] = {}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _run(self, client: int) -> None:
        with httpx.Client(base_url=self._base_url, timeout=_PATIENCE) as http:
            number = 0
            while not self._ending.is_set():
                self._send(http, f"c{client}-{number}")
                number += 1
                self._ending.wait(0.02)

    def _send(self, http: httpx.Client, custom_id: str) -> None:
        asked = {"question": FIRST.question} if self._fault.by_question else {"rubric_id": FIRST.id}
        body = {**asked, "answer": f"{custom_id}: it decouples.", "custom_id": custom_id}
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            began_faulty = self.faulty.is_set()
            try:
                response = http.post("/grades", json=body, headers={"Idempotency-Key": custom_id})
            except httpx.HTTPError as error:
                self.report.wrong.append(f"no response at all: {error!r}")
                return
            with self._lock:
                self._note(response, during=began_faulty and self.faulty.is_set())
            if response.status_code == 201:
                with self._lock:
                    self.grades[custom_id] = response.json()["id"]
                return
            time.sleep(0.05)
        self.report.wrong.append(f"{custom_id} was never graded")

    def _note(self, response: httpx.Response, *, during: bool) -> None:
        code = "" if response.status_code == 201 else response.json().get("code", "no code")
        if during:
            self.report.during[f"{response.status_code} {code}".strip()] += 1
            self.met.set()
        if response.status_code == 201:
            self.first.set()
            if self.restored_at is not None and not self.back.is_set():
                self.report.back_after = time.monotonic() - self.restored_at
                self.back.set()
            return
        clear = (
            response.status_code == 503
            and code in self._fault.codes
            and response.headers["Content-Type"] == "application/problem+json"
            and int(response.headers.get("Retry-After", 0)) > 0
            and "127.0.0.1" not in response.text
        )
        if not clear:
            self.report.wrong.append(f"not a clear 503: {response.status_code} {response.text}")


def suffer(name: str, folder: Path, *, seconds: float, lines: int) -> Report:
    """Put a service through one kind of fault.

    Args:
        name: Which, of `KINDS`.
        folder: An empty one.
        seconds: How long it lasts.
        lines: Of the batch that is under way.
    """
    report = Report(lines=lines)
    with ExitStack() as stack:
        fault = stack.enter_context(KINDS[name](folder))
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.serving", str(port)],
            env=os.environ | dict(fault.environment),
            stderr=stack.enter_context((folder / "log").open("wb")),
        )
        stack.callback(_end, process)
        base_url = f"http://127.0.0.1:{port}/v1"
        http = stack.enter_context(httpx.Client(base_url=base_url, timeout=60))
        _await_start(http, process)
        batch = send(http, lines)
        clients = _Clients(base_url, fault, report)
        clients.start()
        stack.callback(clients.end)
        if not clients.first.wait(_PATIENCE):
            report.wrong.append("nothing was graded before the fault")
        _strike(fault, process.pid, clients, http, seconds)
        if not clients.back.wait(_PATIENCE):
            report.wrong.append("nothing was graded after the fault was over")
        _check_batch(http, batch, report)
        clients.end()
        _check_answers(http, clients.grades, report)
        if process.poll() is not None:
            report.wrong.append(f"the process ended with {process.returncode}")
        log = (folder / "log").read_text(encoding="utf-8")
        report.wrong += [f"logged: {line}" for line in log.splitlines() if "Traceback" in line]
    return report


def _await_start(http: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            http.get("/batches").raise_for_status()
        except httpx.HTTPError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _strike(fault: Fault, pid: int, clients: _Clients, http: httpx.Client, seconds: float) -> None:
    fault.begin(pid)
    clients.faulty.set()
    began = time.monotonic()
    probe = http.get("../readyz")
    clients.report.ready = f"{probe.status_code} {probe.json()['status']}"
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    if not fault.waited_for and not clients.met.wait(_PATIENCE):
        clients.report.wrong.append("nothing was answered while it was gone")
    clients.faulty.clear()
    fault.end(pid)
    clients.restored_at = time.monotonic()


def _check_batch(http: httpx.Client, batch: str, report: Report) -> None:
    end = time.monotonic() + _PATIENCE
    while counts_of(http, batch)["pending"] and time.monotonic() < end:
        time.sleep(0.05)
    listed = http.get(f"/batches/{batch}/output").raise_for_status().text.splitlines()
    results: Counter[str] = Counter()
    for line in listed:
        result = httpx.Response(200, text=line).json()
        results[result["custom_id"]] += 1
        _check_score(result["grade"], report)
    if results != Counter(f"a{number}" for number in range(report.lines)):
        report.wrong.append(f"{report.lines} lines have {results.total()} grades")


def _check_answers(http: httpx.Client, grades: dict[str, str], report: Report) -> None:
    report.answers = len(grades)
    for custom_id, grade_id in grades.items():
        query = {"custom_id": custom_id}
        kept = http.get("/grades", params=query).raise_for_status().json()["items"]
        if [grade["id"] for grade in kept] != [grade_id]:
            report.wrong.append(f"{custom_id} has {len(kept)} grades")
        for grade in kept:
            _check_score(grade, report)


def _check_score(grade: dict[str, Any], report: Report) -> None:
    if grade["score"] is None:
        report.withheld += 1
    elif grade["score"] != _SCORE:
        report.wrong.append(f"a score of {grade['score']} instead of {_SCORE}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], help="all by default")
    parser.add_argument("--seconds", type=float, default=10.0, help="that each lasts")
    parser.add_argument("--lines", type=int, default=500, help="of the batch meanwhile")
    given = parser.parse_args(arguments)
    failed = False
    for kind in given.kinds or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            report = suffer(kind, Path(folder), seconds=given.seconds, lines=given.lines)
        sys.stdout.write(f"{kind}: gone for {given.seconds:g} s\n{report}\n")
        failed = failed or bool(report.wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
