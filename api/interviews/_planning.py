"""What an interview is to ask: by a script, or of all rubrics that a tenant has."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from api.interviews._requests import InterviewRequest
from api.interviews._resources import Script
from api.rubrics import Catalogue, RubricFilter
from grader.bank import INTERVIEWS, Bank, InterviewScript, find_interview, read_interviews
from grader.grading import Grader
from grader.interviewing import InterviewPlan, plan_from_filter, plan_from_script

_log = logging.getLogger(__name__)

_EVERY_RUBRIC = 1_000_000


class Scripts:
    """The interview scripts beside the rubrics of the shared bank."""

    def __init__(self, scripts: Iterable[InterviewScript], bank: Bank) -> None:
        """Hold some scripts; `bank` knows the topics of what they ask."""
        self._scripts = tuple(scripts)
        self._bank = bank

    @classmethod
    def read(cls, grader: Grader) -> Self:
        """Read what can be used of a grader's scripts, and log what cannot."""
        scripts, problems = read_interviews(grader.settings.rubrics_dir / INTERVIEWS, grader.bank)
        if problems:
            _log.warning(
                "interview scripts are left out for %d reasons, the first: %s; see them all with "
                "grader interviews lint",
                len(problems),
                problems[0],
            )
        return cls(scripts, grader.bank)

    def find(self, name: str) -> InterviewScript:
        """Find a script.

        Raises:
            InterviewNotFound: There is none; says what there is.
        """
        return find_interview(name, self._scripts)

    def listed(self) -> list[Script]:
        """Describe every script, by level."""
        return [
            Script.of(
                script,
                [
                    topic
                    for asked in script.questions
                    for topic in self._bank.get(asked.rubric).topics[:1]
                ],
            )
            for script in self._scripts
        ]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the rubrics that it names."""

    plan: InterviewPlan
    rubrics: Bank


async def plan_interview(
    session: AsyncSession,
    tenant_id: str,
    asked: InterviewRequest,
    *,
    grader: Grader,
    scripts: Scripts,
) -> Planned:
    """Plan what a tenant asks for; its own rubrics go before the shared ones.

    Raises:
        InterviewNotFound: There is no such script.
        NothingToAsk: No question fits; says what there is.
    """
    entries = await Catalogue(session, tenant_id, grader.bank).page(
        RubricFilter(), after="", limit=_EVERY_RUBRIC
    )
    rubrics = Bank([entry.rubric for entry in entries])
    if asked.script is not None:
        script = scripts.find(asked.script)
        return Planned(plan_from_script(script, rubrics, seed=asked.seed), rubrics)
    return Planned(plan_from_filter(asked.wanted, rubrics, seed=asked.seed), rubrics)
