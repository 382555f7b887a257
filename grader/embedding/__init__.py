"""Turning text into vectors: the embedder seam, its adapters, and batches shared by requests."""

from grader.embedding._protocol import Embedder, Encoded, FloatArray
from grader.embedding._registry import EMBEDDERS, build_embedder, build_question_embedder
from grader.embedding._shared import SharedEncoder

__all__ = [
    "EMBEDDERS",
    "Embedder",
    "Encoded",
    "FloatArray",
    "SharedEncoder",
    "build_embedder",
    "build_question_embedder",
]
