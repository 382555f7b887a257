"""What promptfoo loads; the grader's package does the work."""

from evals.interop.promptfoo_grader import call_api, get_assert

__all__ = ["call_api", "get_assert"]
