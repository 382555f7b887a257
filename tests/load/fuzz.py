"""Sends generated requests, sound and hostile ones, for every operation of the OpenAPI document.

    python -m tests.load.fuzz sqlite
    python -m tests.load.fuzz postgresql --examples 300

Schemathesis makes the requests and checks what comes back: no 5xx, no response that the document
does not describe. Half of the ids in paths are of records that exist. Ends with 1 if anything was
found; each finding has the curl command that shows it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.api.support import FIRST, Caller
from tests.api.test_tenant_isolation import things_of
from tests.load.reporting import arguments, counted, run, table
from tests.load.running import (
    SCRIPTED,
    Kind,
    Processes,
    free_port,
    fresh_records,
    new_key,
    ready,
    settings_of,
)

_EXAMPLES = 205
"""For each operation in each way of generating; comes to well over 20,000 requests."""

_KNOWN_SHARE = 0.5

# An answer beyond a limit is refused as such, whatever else is wrong with it.
_REFUSALS = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]

# What is valid by its schema may not be so by the rules between fields and by the state of records: a
# review out of turn, a cursor of another list, a rubric whose lint finds errors.
# `Allow` speaks of what is served: at /v1/rubrics/import GET is, since a rubric may be called so.
_UNCHECKED = ("positive_data_acceptance", "allow_header_conformance")

_EXCEPTIONS = {
    # It is there to say what is wrong with what it is sent.
    "/v1/rubrics/validate": "negative_data_rejection = { enabled = false }",
    # No engine is set up here, which 501 says.
    "/v1/transcriptions": 'not_a_server_error = { expected-statuses = ["2xx", "4xx", 501] }',
    # OpenAPI 3.1 describes a stream as one string, not event by event.
    "/v1/interviews/{interview_id}/events": "response_schema_conformance = { enabled = false }",
}


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What a run came to.

    Attributes:
        requests: That the service answered, by its own count.
        statuses: How many of them with which status.
        findings: Whether Schemathesis found anything wrong.
        report: What Schemathesis says.
    """

    requests: int
    statuses: Mapping[int, int]
    findings: bool
    report: str

    @property
    def failures(self) -> int:
        """Responses that tell of a fault of the service; 501 tells of a part that is not set up."""
        return sum(n for status, n in self.statuses.items() if status >= 500 and status != 501)

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings and self.failures == 0


def fuzz(
    environment: Mapping[str, str],
    *,
    examples: int = _EXAMPLES,
    phases: Sequence[str] = ("examples", "coverage", "fuzzing", "stateful"),
    seed: int = 0,
) -> Fuzzed:
    """Start a service with some records and fuzz it.

    Args:
        environment: Names the records, which are empty.
        examples: For each operation, in each phase.
        phases: Of Schemathesis.
        seed: Of the generator.
    """
    port = free_port()
    key = new_key(settings_of(environment))
    url = f"http://127.0.0.1:{port}"
    # What it warns of is what it was sent.
    quiet = {**environment, "GRADER_LOG_LEVEL": "ERROR"}
    with Processes(quiet, [[*SCRIPTED, "serve", str(port)]]) as processes:
        with httpx.Client(base_url=url, timeout=60) as client:
            ready(client, processes)
            things = things_of(Caller(client, key))
        known = {name: [thing] for name, thing in things.items()}
        known["rubric_id"].append(FIRST.id)
        known["version"].append(FIRST.version)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "schemathesis.toml").write_text(_config(key, known), encoding="utf-8")
            command = ["schemathesis", "--no-color", "run", f"{url}/openapi.json"]
            command += ["--phases", ",".join(phases), "--max-examples", str(examples)]
            # One worker: several threads that parse at once upset CPython before 3.12.
            command += ["--workers", "1", "--seed", str(seed), "--continue-on-failure"]
            command += ["--no-shrink", "--suppress-health-check", "all", "--warnings", "off"]
            command += ["--generation-database", "none", "--request-timeout", "60"]
            program = [str(Path(sys.executable).with_name(command[0])), *command[1:]]
            # Its plugins for pytest may not look at the suite's own configuration.
            done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)
        statuses = _answered(url)
    return Fuzzed(sum(statuses.values()), statuses, done.returncode != 0, done.stdout + done.stderr)


def _config(key: str, known: Mapping[str, Sequence[str]]) -> str:
    """Write the configuration of a run, in TOML."""
    lines = ["[headers]", f"Authorization = {json.dumps('Bearer ' + key)}"]
    lines += ["[checks]", *(f"{check} = {{ enabled = false }}" for check in _UNCHECKED)]
    lines += [f"negative_data_rejection = {{ expected-statuses = {_REFUSALS} }}"]
    for name, values in known.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(list(values))}"]
    lines += ["[parameters]"]
    for name in known:
        lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {_KNOWN_SHARE} }}']
    for path, exception in _EXCEPTIONS.items():
        lines += ["[[operations]]", f"include-path = {json.dumps(path)}", f"checks.{exception}"]
    return "\n".join(lines) + "\n"


def _answered(url: str) -> Mapping[int, int]:
    """Read from the service's figures how many requests it has answered, by status."""
    counted: Counter[int] = Counter()
    metrics = httpx.get(f"{url}/metrics", timeout=60).text
    for line in metrics.splitlines():
        if line.startswith("grader_http_request_duration_seconds_count"):
            status = re.search(r'status="(\d+)"', line)
            if status is not None:
                counted[int(status[1])] += int(float(line.rsplit(" ", 1)[1]))
    return counted


def main() -> int:
    """Fuzz one kind of records and print what came of it."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--examples",
        type=counted,
        default=_EXAMPLES,
        help=f"for each operation, in each phase; default: {_EXAMPLES}",
    )
    parser.add_argument("--seed", type=int, help="of the generator; default: another each time")
    given = parser.parse_args()
    kind: Kind = given.kind
    seed = int.from_bytes(os.urandom(4)) if given.seed is None else given.seed
    with fresh_records(kind) as environment:
        began = time.monotonic()
        done = fuzz(environment, examples=given.examples, seed=seed)
        took = time.monotonic() - began
    told = ", ".join(f"{status}: {count:,}" for status, count in sorted(done.statuses.items()))
    rows = [
        ("requests answered", f"{done.requests:,}, in {took:.0f} s", "20,000"),
        ("by status", told, ""),
        ("5xx but 501", str(done.failures), "0"),
        ("findings of Schemathesis", "SOME, told below" if done.findings else "none", "none"),
    ]
    title = f"Fuzzing over {kind}: {given.examples} examples for each operation, seed {seed}"
    sys.stdout.write(table(title, rows))
    if not done.sound:
        sys.stdout.write(f"\n{done.report}\n")
    return 0 if done.sound else 1


if __name__ == "__main__":
    run(main)
