"""How well a model answers the bank's interview questions.

Run it with `inspect eval evals/interop/examples/inspect_task.py --model PROVIDER/MODEL`, and choose
questions with `-T topic=nodejs`.
"""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import generate, system_message

from evals.interop.inspect_scorer import rubric_scorer
from grader.bank import load_bank
from grader.settings import Settings
from grader.types import Kind

_CANDIDATE = "You are in a job interview. Answer in one or two paragraphs of plain prose."


@task
def interview_questions(topic: str | None = None, judge: str | None = None) -> Task:
    """Ask every question of the bank, multiple choice aside.

    Args:
        topic: Only questions with this topic.
        judge: Which judge grades the answers; the configured one by default.
    """
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    samples = [
        Sample(id=rubric.id, input=rubric.question, metadata={"rubric": rubric.id})
        for rubric in bank
        if rubric.kind is not Kind.MULTIPLE_CHOICE and (topic is None or topic in rubric.topics)
    ]
    return Task(
        dataset=MemoryDataset(samples),
        solver=[system_message(_CANDIDATE), generate()],
        scorer=rubric_scorer(judge=judge),
    )
