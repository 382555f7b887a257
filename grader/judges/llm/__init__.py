"""The LLM judge: any OpenAI-compatible model, whose every quote, id and verdict code checks."""

from grader.judges.llm._budget import TokenBudget, token_budget
from grader.judges.llm._build import build_llm_judge, check_llm_settings, without_password
from grader.judges.llm._examples import ExampleSource, RubricExamples
from grader.judges.llm._judge import LlmJudge

__all__ = [
    "ExampleSource",
    "LlmJudge",
    "RubricExamples",
    "TokenBudget",
    "build_llm_judge",
    "check_llm_settings",
    "token_budget",
    "without_password",
]
