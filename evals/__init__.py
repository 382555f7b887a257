"""Measuring and training: uses the grader, is used by nobody."""
