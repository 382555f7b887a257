"""Everything that can be set, from the environment (`GRADER_…`) or a `.env` file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _bundled(folder: str) -> Path:
    """Find bank data in the installed package, or beside it in a checkout."""
    package = Path(str(files("grader")))
    installed = package / "_bank_data" / folder
    return installed if installed.is_dir() else package.parent / folder


FailurePolicy = Literal["ungraded", "local"]

_Seconds = Annotated[float, Field(gt=0, le=3600)]


class LlmSettings(BaseModel):
    """How the LLM judge reaches its model, and what it may spend; `GRADER_LLM_…`.

    Attributes:
        base_url: An OpenAI-compatible endpoint, up to and with `/v1`.
        api_key: Sent as a bearer token. An endpoint that wants none still needs some value here.
        model: The model's name at that endpoint.
        prompt: Name of a prompt that ships with the package, or a file.
        temperature: 0 asks for the likeliest reply.
        seed: Asks for the same reply to the same request, where the endpoint can.
        timeout: Seconds that one attempt may take.
        deadline: Seconds that a call may take with all its attempts and waits.
        retries: Further attempts after a failure that may pass.
        concurrency: Calls under way at the same time, in this process.
        call_tokens: A call that may need more, prompt and reply together, is not made.
        batch_tokens: What all calls for one batch may use together; None for no limit.
        reasoning_tokens: Room for a model that thinks before it replies, on top of the reply's.
        examples: Worked examples shown with each answer, at most.
        cache: Whether replies are kept in `data_dir` and used again. They hold quotes of answers.
        failure: What becomes of what the LLM could not judge: `ungraded`, or the `local` judge's
            verdict. The grade says so either way.
    """

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr = SecretStr("")
    model: str = ""
    prompt: str = "judge-v1"
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    seed: int = 0
    timeout: _Seconds = 60.0
    deadline: _Seconds = 180.0
    retries: Annotated[int, Field(ge=0, le=20)] = 4
    concurrency: Annotated[int, Field(ge=1, le=256)] = 4
    call_tokens: Annotated[int, Field(ge=1)] = 24_000
    batch_tokens: Annotated[int, Field(ge=1)] | None = None
    reasoning_tokens: Annotated[int, Field(ge=0)] = 0
    examples: Annotated[int, Field(ge=0, le=10)] = 2
    cache: bool = True
    failure: FailurePolicy = "ungraded"


class Settings(BaseSettings):
    """Settings of one service or one command; passed along, never global.

    Attributes:
        rubrics_dir: Folder of rubric files.
        corpus_dir: Folder of reference answers.
        data_dir: Where the vector index and the cache of LLM replies live.
        embedder: Which embedder, by name.
        embedder_model: `all-MiniLM-L6-v2` (installed with the package) or a folder with a model.
        index: Which vector index, by name.
        judge: Which judge, by name: `local`, `llm`, or `cascade`, which asks the LLM about what the
            local judge is unsure of.
        llm: The LLM judge's settings, each a variable of its own, as in `GRADER_LLM_MODEL`.
        cascade_threshold: The cascade asks the LLM where the local judge's confidence is below it.
        max_answer_characters: Longer answers are refused, in code points.
        route_similarity: A free-form question must be at least this near to a rubric's question,
            as a cosine.
        route_margin: And nearer than the next rubric by this much.
        concurrency: Answers graded at the same time by a batch.
    """

    model_config = SettingsConfigDict(
        env_prefix="GRADER_",
        env_file=".env",
        extra="ignore",
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    rubrics_dir: Path = Field(default_factory=lambda: _bundled("rubrics"))
    corpus_dir: Path = Field(default_factory=lambda: _bundled("corpus"))
    data_dir: Path = Field(default_factory=lambda: user_data_path("grader", appauthor=False))
    embedder: str = "sentence-transformers"
    embedder_model: str = "all-MiniLM-L6-v2"
    index: str = "chroma"
    judge: str = "local"
    llm: LlmSettings = LlmSettings()
    cascade_threshold: Annotated[float, Field(ge=0, le=1)] = 0.7
    max_answer_characters: Annotated[int, Field(ge=1)] = 20_000
    route_similarity: Annotated[float, Field(ge=0, le=1)] = 0.55
    route_margin: Annotated[float, Field(ge=0, le=1)] = 0.05
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
