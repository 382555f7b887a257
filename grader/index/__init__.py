"""The vector index: what is embedded of a rubric, where it is kept, how it is searched."""

from grader.index._examples import ExampleIndex, ExampleKey
from grader.index._own_questions import OwnQuestionIndex, OwnQuestionKey
from grader.index._protocol import Hit, PartKind, SyncReport, VectorIndex
from grader.index._registry import INDEXES, build_index
from grader.index._routing import NEAREST, Candidate, nearest_rubric, related_question
from grader.index._vectors import (
    PackedVectors,
    Role,
    RubricVectors,
    StatementVector,
    encode_rubric,
    explaining_passage,
    rubric_texts,
)

__all__ = [
    "INDEXES",
    "NEAREST",
    "Candidate",
    "ExampleIndex",
    "ExampleKey",
    "Hit",
    "OwnQuestionIndex",
    "OwnQuestionKey",
    "PackedVectors",
    "PartKind",
    "Role",
    "RubricVectors",
    "StatementVector",
    "SyncReport",
    "VectorIndex",
    "build_index",
    "encode_rubric",
    "explaining_passage",
    "nearest_rubric",
    "related_question",
    "rubric_texts",
]
