"""The table of judges that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.embedding import SharedEncoder
from grader.errors import ConfigurationError
from grader.judges._protocol import Judge
from grader.settings import Settings


def _local(settings: Settings, encoder: SharedEncoder) -> Judge:  # noqa: ARG001 - one signature
    from grader.judges.local import LocalJudge

    return LocalJudge(encoder)


JUDGES: Mapping[str, Callable[[Settings, SharedEncoder], Judge]] = {"local": _local}


def build_judge(settings: Settings, encoder: SharedEncoder) -> Judge:
    """Build the judge that the settings name.

    Raises:
        ConfigurationError: Unknown name, or something the judge needs is missing.
    """
    build = JUDGES.get(settings.judge)
    if build is None:
        known = ", ".join(JUDGES)
        raise ConfigurationError(f"GRADER_JUDGE is '{settings.judge}'; it can be: {known}")
    return build(settings, encoder)
