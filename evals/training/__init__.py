"""Commands that make the parameters committed under `grader/`."""
