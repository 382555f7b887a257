"""The local judge: no network, no LLM; tuned embeddings, word alignment, polarity cues, a small head."""

from grader.judges.local._comparison import compare
from grader.judges.local._features import FEATURES, OwnerFeatures, extract
from grader.judges.local._judge import LocalJudge

__all__ = ["FEATURES", "LocalJudge", "OwnerFeatures", "compare", "extract"]
