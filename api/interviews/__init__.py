"""Interviews over HTTP: conducted by `grader.interviewing`, kept in the records.

async with open_interviewing(database, grader, on_grade=print) as interviewing:
    async with database.write() as session:
        await interviewing.conductor.receive(session, tenant_id, interview_id, said, turn=1)
    interviewing.keeper.tend(tenant_id, interview_id)
"""

from __future__ import annotations

from api.interviews._conducting import Conductor
from api.interviews._feed import Feed, MayWatch, Watchers
from api.interviews._held import Held, InterviewStore
from api.interviews._keeper import InterviewKeeper
from api.interviews._opening import Interviewing, open_interviewing
from api.interviews._planning import Planned, Scripts, plan_interview
from api.interviews._report import report_on
from api.interviews._requests import AnswerForm, AnswerRequest, InterviewQuery, InterviewRequest
from api.interviews._resources import (
    AskedTurn,
    Interview,
    InterviewPage,
    InterviewQuestion,
    InterviewSummary,
    OpenAsk,
    Script,
    ScriptList,
    SpokenTurn,
)

__all__ = [
    "AnswerForm",
    "AnswerRequest",
    "AskedTurn",
    "Conductor",
    "Feed",
    "Held",
    "Interview",
    "InterviewKeeper",
    "InterviewPage",
    "InterviewQuery",
    "InterviewQuestion",
    "InterviewRequest",
    "InterviewStore",
    "InterviewSummary",
    "Interviewing",
    "MayWatch",
    "OpenAsk",
    "Planned",
    "Script",
    "ScriptList",
    "Scripts",
    "SpokenTurn",
    "Watchers",
    "open_interviewing",
    "plan_interview",
    "report_on",
]
