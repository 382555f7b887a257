"""The domain: rubrics, what a judge finds, and the grade made from it.

Everything here is frozen and speaks the words of the design: a *point* is a claim a good answer
makes, a *mistake* is a wrong belief, a *verdict* is what a judge says of one point, *evidence* is a
verbatim span of the answer. Offsets count Unicode code points.
"""

from grader.frozen import Frozen, Probability
from grader.types._evidence import AnyEvidence, Evidence, Repair, TimedEvidence
from grader.types._grade import (
    Band,
    Grade,
    GraderRef,
    MistakeGrade,
    NextQuestion,
    Passage,
    PointGrade,
    RubricRef,
)
from grader.types._judgement import Judgement, MistakeFinding, PointFinding, Usage
from grader.types._rubric import (
    FollowUp,
    FollowUpStyle,
    Kind,
    Level,
    Mistake,
    Option,
    OptionalText,
    Point,
    Rubric,
    SemVer,
    Severity,
    Slug,
    Status,
    Text,
    Weight,
    WorkedExample,
)
from grader.types._verdict import Verdict

__all__ = [
    "AnyEvidence",
    "Band",
    "Evidence",
    "FollowUp",
    "FollowUpStyle",
    "Frozen",
    "Grade",
    "GraderRef",
    "Judgement",
    "Kind",
    "Level",
    "Mistake",
    "MistakeFinding",
    "MistakeGrade",
    "NextQuestion",
    "Option",
    "OptionalText",
    "Passage",
    "Point",
    "PointFinding",
    "PointGrade",
    "Probability",
    "Repair",
    "Rubric",
    "RubricRef",
    "SemVer",
    "Severity",
    "Slug",
    "Status",
    "Text",
    "TimedEvidence",
    "Usage",
    "Verdict",
    "Weight",
    "WorkedExample",
]
