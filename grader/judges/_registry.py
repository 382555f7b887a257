"""The table of judges that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.embedding import SharedEncoder
from grader.errors import ConfigurationError
from grader.judges._cascade import CascadeJudge
from grader.judges._protocol import Judge
from grader.settings import Settings


def _local(settings: Settings, encoder: SharedEncoder) -> Judge:
    from grader.judges.local import LocalJudge, build_second_reader

    return LocalJudge(encoder, build_second_reader(settings))


def _llm(settings: Settings, encoder: SharedEncoder) -> Judge:
    from grader.judges.llm import build_llm_judge

    llm = build_llm_judge(settings, encoder)
    if settings.llm.failure == "ungraded":
        return llm
    return CascadeJudge(_local(settings, encoder), llm, threshold=None, on_failure="local")


def _cascade(settings: Settings, encoder: SharedEncoder) -> Judge:
    from grader.judges.llm import build_llm_judge

    return CascadeJudge(
        _local(settings, encoder),
        build_llm_judge(settings, encoder),
        threshold=settings.cascade_threshold,
        on_failure=settings.llm.failure,
    )


JUDGES: Mapping[str, Callable[[Settings, SharedEncoder], Judge]] = {
    "local": _local,
    "llm": _llm,
    "cascade": _cascade,
}


def build_judge(settings: Settings, encoder: SharedEncoder) -> Judge:
    """Build the judge that the settings name.

    Raises:
        ConfigurationError: Unknown name, or something the judge needs is missing.
    """
    build = JUDGES.get(settings.judge)
    if build is None:
        known = ", ".join(JUDGES)
        raise ConfigurationError(
            f"there is no judge '{settings.judge}'; GRADER_JUDGE can be: {known}"
        )
    return build(settings, encoder)
