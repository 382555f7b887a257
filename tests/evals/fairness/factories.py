"""Runs in which it is known who is treated how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.fairness import FairnessPlan, FairnessReport, measure_fairness
from evals.runs import RunFile, RunRecord
from grader.scoring import band_of
from tests.evals.factories import record, write_run


def answer(
    name: str,
    tags: Mapping[str, str],
    *,
    score: float | None,
    label: float | None = 50,
    **more: Any,
) -> RunRecord:
    """An answer of which only the scores matter."""
    fields: dict[str, Any] = {
        "id": name,
        "tags": dict(tags),
        "score": score,
        "label_score": label,
        "band": None if score is None else band_of(score),
    }
    return record("cm", "cm", **(fields | more))


def report(folder: Path, records: Sequence[RunRecord], **plan: Any) -> FairnessReport:
    """Measure a run made of these records."""
    path = write_run(folder / "run.jsonl", records)
    return measure_fairness(RunFile.open(path), FairnessPlan(**plan), resamples=400)
