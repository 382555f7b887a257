"""The local judge: no network, no LLM; tuned embeddings, word alignment, polarity cues, a small head."""

from grader.judges.local._comparison import compare
from grader.judges.local._features import FEATURES, OwnerFeatures, extract
from grader.judges.local._judge import LocalJudge
from grader.judges.local._passages import chosen_passage, chosen_segments
from grader.judges.local._second_reader import SecondReader, build_second_reader

__all__ = [
    "FEATURES",
    "LocalJudge",
    "OwnerFeatures",
    "SecondReader",
    "build_second_reader",
    "chosen_passage",
    "chosen_segments",
    "compare",
    "extract",
]
