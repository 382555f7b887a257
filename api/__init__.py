"""The HTTP service over the grader; the grader knows nothing of it. Start at `api.app`."""
