"""The local judge: no network, no LLM; embeddings, word alignment, polarity cues, a small head."""

from grader.judges.local._judge import LocalJudge

__all__ = ["LocalJudge"]
