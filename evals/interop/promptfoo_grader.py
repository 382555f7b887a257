"""promptfoo: answers that prompts bring forth, graded against rubrics.

A file beside `promptfooconfig.yaml` needs one line, and the Python that promptfoo runs
(`PROMPTFOO_PYTHON`) must have this package:

    from evals.interop.promptfoo_grader import call_api, get_assert

`call_api` is a Python provider. With `promptfoo eval --grader file://…` it judges the outputs of all
`llm-rubric` assertions in one process, so that the model is loaded once; as a provider under test
it lets the grader itself be tested with promptfoo. `get_assert` is a `python` assertion, which also
lists every point and mistake as a component result; promptfoo starts a process for each such
assertion, so it suits a few answers rather than hundreds. `examples/` has both.

Whatever cannot be graded raises. promptfoo counts that as an error, not as a failed test; but its
`python` assertions know no errors, and show it as failed, with the reason why there is no grade.

Looked up in the config of the provider or assertion, then in the variables of the test:
    rubric: A rubric's id, id@version or file; for `llm-rubric`, the assertion's `value`.
    threshold: The answer passes with at least this score, 0 to 1; by default it passes from the
        band `meets`.
Looked up in the config alone:
    rubrics: A folder of rubrics to use instead of the bank.
    judge: Which judge; the configured one by default.

Interfaces: https://www.promptfoo.dev/docs/providers/python/ and
https://www.promptfoo.dev/docs/configuration/expected-outputs/python/
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from evals.interop._grading import Graded, explain, rubric_name, shared_grader
from grader.errors import BadInput, GraderError
from grader.scoring import CREDIT
from grader.types import Band, Grade

_PASSING = {Band.MEETS, Band.EXCEEDS}


def call_api(prompt: str, options: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Grade a prompt, which is the answer.

    Args:
        prompt: The answer; for `llm-rubric`, set `rubricPrompt: '{{output}}'`.
        options: `config` as described above.
        context: `vars` of the test.

    Returns:
        `output` with pass, score (0 to 1) and reason; `metadata` with the grade; `tokenUsage`.

    Raises:
        GraderError: There is no grade; says why.
    """
    config = _config(options, context)
    graded = _grade(prompt, config)
    usage = graded.grade.usage
    return {
        "output": _result(graded, config),
        "metadata": {"grade": graded.grade.model_dump(mode="json")},
        "tokenUsage": {
            "total": usage.input_tokens + usage.output_tokens,
            "prompt": usage.input_tokens,
            "completion": usage.output_tokens,
            "numRequests": usage.llm_calls,
        },
    }


def get_assert(output: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    """Grade an output; see promptfoo's GradingResult.

    Args:
        output: The answer.
        context: `config` of the assertion as described above, `vars` of the test.

    Returns:
        pass, score (0 to 1), reason, and a component result for each point and mistake.

    Raises:
        GraderError: There is no grade; says why.
    """
    config = _config(context, context)
    graded = _grade(output, config)
    return _result(graded, config) | {"componentResults": _components(graded.grade)}


def _config(holder: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    variables = context.get("vars") or {}
    fallback = {name: variables[name] for name in ("rubric", "threshold") if name in variables}
    return fallback | (holder.get("config") or {})


def _grade(answer: Any, config: Mapping[str, Any]) -> Graded:
    if not isinstance(answer, str):
        kind = type(answer).__name__
        raise BadInput(f"the output is {kind}, not text; have the prompt ask for plain text")
    name = rubric_name(config.get("rubric"), "'rubric', in the config or the test's variables,")
    folder = config.get("rubrics")
    try:
        grader = shared_grader(Path(folder) if folder else None, config.get("judge"))
        return _runner().run(grader.grade(answer, name))
    except GraderError as error:
        # promptfoo prints the traceback with the message; where it comes from helps nobody there.
        raise error.with_traceback(None) from None


@cache
def _runner() -> asyncio.Runner:
    # One event loop for all calls: a judge's connections belong to the loop that opened them.
    return asyncio.Runner()


def _result(graded: Graded, config: Mapping[str, Any]) -> dict[str, Any]:
    grade, score, threshold = graded.grade, graded.share, config.get("threshold")
    passed = grade.band in _PASSING if threshold is None else score >= _share(threshold)
    return {"pass": passed, "score": score, "reason": explain(grade)}


def _share(threshold: Any) -> float:
    try:
        share = float(threshold)  # a variable may hold it as text
    except (TypeError, ValueError):
        share = -1.0
    if not 0 <= share <= 1:
        raise BadInput(f"'threshold' is {threshold!r}; give a number from 0 to 1")
    return share


def _components(grade: Grade) -> list[dict[str, Any]]:
    points = [
        {
            "pass": CREDIT[point.verdict] == 1,
            "score": CREDIT[point.verdict],
            "reason": f"{point.verdict}: {point.claim}{_quoted(point.evidence)}",
        }
        for point in grade.points
    ]
    mistakes = [
        {
            "pass": not mistake.made,
            "score": float(not mistake.made),
            "reason": f"{'made' if mistake.made else 'not made'}: {mistake.claim}"
            f"{_quoted(mistake.evidence)}",
        }
        for mistake in grade.mistakes
    ]
    return points + mistakes


def _quoted(evidence: Any) -> str:
    return "".join(f" “{span.quote}”" for span in evidence)
