"""Grading a run as batches of a grading service, on its durable queue and by all its workers."""

from evals.service._grading import ServiceGrading
from evals.service._remote import CANDIDATE

__all__ = ["CANDIDATE", "ServiceGrading"]
