"""Interviews of many turns: what to ask next, what to credit, and what it all comes to.

    engine = InterviewEngine(bank)
    interviewer = Interviewer(engine, grader, clock=time.time)
    step = engine.begin(plan_from_script(script, bank), at=time.time())
    step = await interviewer.answer(step.state, "It lets the sender go on.", turn=1)

Each step holds the new state and what happened. The state is all there is: store `state.model_dump_json()`, read it with `InterviewState.from_json`.
"""

from grader.interviewing._engine import InterviewEngine
from grader.interviewing._errors import (
    InterviewConflict,
    InterviewStateInvalid,
    NothingToAsk,
)
from grader.interviewing._events import (
    EVENT,
    AnswerReceived,
    Event,
    Finished,
    FollowUpAsked,
    Graded,
    HintGiven,
    Paused,
    QuestionAsked,
    QuestionClosed,
    Resumed,
    Started,
    for_candidate,
)
from grader.interviewing._grading_task import GradingTask
from grader.interviewing._interviewer import Interviewer, Judged
from grader.interviewing._leaks import gives_away
from grader.interviewing._markdown import as_markdown
from grader.interviewing._phrasing import (
    LlmPhrasing,
    Phrasing,
    PhrasingRequest,
    RubricWords,
    build_phrasing,
)
from grader.interviewing._plan import (
    InterviewFilter,
    InterviewPlan,
    Minutes,
    PlannedQuestion,
    plan_from_filter,
    plan_from_script,
)
from grader.interviewing._pooling import TurnEvidence
from grader.interviewing._report import (
    GapReport,
    GroupReport,
    InterviewReport,
    MistakeReport,
    QuestionReport,
    Strength,
    StudyItem,
)
from grader.interviewing._reporting import make_report
from grader.interviewing._state import (
    Ask,
    AskedQuestion,
    CloseReason,
    FinishReason,
    InterviewState,
    Phase,
    Turn,
)
from grader.interviewing._transition import Step, open_turn

__all__ = [
    "EVENT",
    "AnswerReceived",
    "Ask",
    "AskedQuestion",
    "CloseReason",
    "Event",
    "FinishReason",
    "Finished",
    "FollowUpAsked",
    "GapReport",
    "Graded",
    "GradingTask",
    "GroupReport",
    "HintGiven",
    "InterviewConflict",
    "InterviewEngine",
    "InterviewFilter",
    "InterviewPlan",
    "InterviewReport",
    "InterviewState",
    "InterviewStateInvalid",
    "Interviewer",
    "Judged",
    "LlmPhrasing",
    "Minutes",
    "MistakeReport",
    "NothingToAsk",
    "Paused",
    "Phase",
    "Phrasing",
    "PhrasingRequest",
    "PlannedQuestion",
    "QuestionAsked",
    "QuestionClosed",
    "QuestionReport",
    "Resumed",
    "RubricWords",
    "Started",
    "Step",
    "Strength",
    "StudyItem",
    "Turn",
    "TurnEvidence",
    "as_markdown",
    "build_phrasing",
    "for_candidate",
    "gives_away",
    "make_report",
    "open_turn",
    "plan_from_filter",
    "plan_from_script",
]
