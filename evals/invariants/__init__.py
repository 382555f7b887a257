"""What must hold of every rubric of a bank: its own texts, graded by it, get what they deserve."""

from evals.invariants._check import Failure, check_rubrics

__all__ = ["Failure", "check_rubrics"]
