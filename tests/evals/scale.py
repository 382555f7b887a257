"""Grade many answers with a scripted judge, be killed half-way, go on, measure and compare.

    python -m tests.evals.scale --answers 10000

No model is loaded. Prints the largest memory of each step beyond that of the loaded program.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from evals.datasets import Dataset
from evals.runs import RunFile, RunReport, RunWriter, rubric_choice, run_answers
from grader.judges import JudgeTask
from grader.types import Judgement, Rubric, Verdict
from tests.evals.factories import HEADER, RUBRIC, ScriptedJudge, labelled, open_grader, says

ROOT = Path(__file__).parents[2]
WORKERS = 32
_SAY = says({"first": Verdict.COVERED, "second": Verdict.MISSING})


class _PausingJudge(ScriptedJudge):
    """Lets the others go first, as a judge does that waits for a reply."""

    async def judge(self, task: JudgeTask) -> Judgement:
        await asyncio.sleep(0)
        return await super().judge(task)


RUBRICS = tuple(RUBRIC.model_copy(update={"id": f"queue-{number}"}) for number in range(20))
NEXT_RUBRICS = tuple(
    rubric.model_copy(update={"version": "9.0.0", "question": f"{rubric.question} Why?"})
    for rubric in RUBRICS
)


def make_data(path: Path, answers: int) -> Path:
    """Write labelled answers to twenty questions with two raters each, half of them spoken."""
    rating = {"points": {"first": "partial", "second": "missing"}, "mistakes": {"wrong": False}}
    with path.open("w", encoding="utf-8") as file:
        for number in range(answers):
            rubric = RUBRICS[number % len(RUBRICS)]
            tags = {"channel": ("typed", "spoken")[number // len(RUBRICS) % 2]}
            line = labelled(number, rubric_id=rubric.id, tags=tags, rater="a")
            for each in (line, {"id": line["id"], "rater": "b", **rating}):
                file.write(json.dumps(each) + "\n")
    return path


def grade(data: Path, output: Path, rubrics: Sequence[Rubric] = RUBRICS) -> RunReport:
    """Grade what the output does not hold yet."""
    dataset = Dataset.open([data])
    with open_grader(_PausingJudge(_SAY), *rubrics) as grader, RunWriter(output, HEADER) as writer:
        choose = rubric_choice(grader.bank, latest=True)
        return asyncio.run(run_answers(grader, dataset, writer, choose, workers=WORKERS))


def grade_and_die(data: Path, output: Path, lines: int) -> int:
    """Grade in a process of its own, and kill it once it has written so many lines.

    Returns:
        The whole lines that it left.
    """
    command = [sys.executable, "-m", "tests.evals.scale", "--grade", str(data), str(output)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}) as child:
        while child.poll() is None and _lines(output) < lines:
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    return _lines(output)


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(line.endswith(b"\n") for line in file)


def _memory() -> float:
    """Return the most that this process ever held, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def _measure(answers: int) -> None:
    from evals.comparison import compare
    from evals.fairness import measure_fairness
    from evals.metrics import summarise

    with tempfile.TemporaryDirectory() as folder:
        data, output = Path(folder) / "data.jsonl", Path(folder) / "run.jsonl"
        other = output.with_name("other.jsonl")
        make_data(data, answers)
        left = grade_and_die(data, output, answers // 2)
        sys.stdout.write(f"killed with {left:,} lines written\n")
        before = _memory()
        for name, step in (
            ("graded on", lambda: grade(data, output)),
            ("summarised", lambda: summarise(RunFile.open(output)).counts),
            ("fairness", lambda: measure_fairness(RunFile.open(output)).answers),
            ("second version graded", lambda: grade(data, other, NEXT_RUBRICS)),
            ("compared", lambda: compare(RunFile.open(output), RunFile.open(other)).answers),
        ):
            started = time.perf_counter()
            found = step()
            seconds, more = time.perf_counter() - started, _memory() - before
            sys.stdout.write(f"{name}: {seconds:.0f} s, at most {more:.0f} MiB more; {found}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--grade", nargs=2, type=Path, metavar=("DATA", "OUTPUT"))
    chosen = parser.parse_args()
    if chosen.grade:
        grade(*chosen.grade)
    else:
        _measure(chosen.answers)
