"""The local judge: no network, no LLM; embeddings, word alignment, polarity cues, a small head."""

from grader.judges.local._comparison import compare
from grader.judges.local._features import FEATURES, extract
from grader.judges.local._head import LogisticModel
from grader.judges.local._judge import LocalJudge

__all__ = ["FEATURES", "LocalJudge", "LogisticModel", "compare", "extract"]
