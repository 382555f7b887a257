"""The LLM judge: any OpenAI-compatible model, whose every quote, id and verdict code checks."""

from grader.judges.llm._build import build_llm_judge
from grader.judges.llm._examples import ExampleSource, RubricExamples
from grader.judges.llm._judge import LlmJudge

__all__ = ["ExampleSource", "LlmJudge", "RubricExamples", "build_llm_judge"]
