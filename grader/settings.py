"""Everything that can be set, from the environment (`GRADER_…`) or a `.env` file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _bundled(folder: str) -> Path:
    """Find bank data in the installed package, or beside it in a checkout."""
    package = Path(str(files("grader")))
    installed = package / "_bank_data" / folder
    return installed if installed.is_dir() else package.parent / folder


class Settings(BaseSettings):
    """Settings of one service or one command; passed along, never global.

    Attributes:
        rubrics_dir: Folder of rubric files.
        corpus_dir: Folder of reference answers.
        data_dir: Where the vector index lives.
        embedder: Which embedder, by name.
        embedder_model: `all-MiniLM-L6-v2` (installed with the package) or a folder with a model.
        index: Which vector index, by name.
        judge: Which judge, by name.
        max_answer_characters: Longer answers are refused, in code points.
        route_similarity: A free-form question must be at least this near to a rubric's question,
            as a cosine.
        route_margin: And nearer than the next rubric by this much.
        concurrency: Answers graded at the same time by a batch.
    """

    model_config = SettingsConfigDict(env_prefix="GRADER_", env_file=".env", extra="ignore")

    rubrics_dir: Path = Field(default_factory=lambda: _bundled("rubrics"))
    corpus_dir: Path = Field(default_factory=lambda: _bundled("corpus"))
    data_dir: Path = Field(default_factory=lambda: user_data_path("grader", appauthor=False))
    embedder: str = "sentence-transformers"
    embedder_model: str = "all-MiniLM-L6-v2"
    index: str = "chroma"
    judge: str = "local"
    max_answer_characters: Annotated[int, Field(ge=1)] = 20_000
    route_similarity: Annotated[float, Field(ge=0, le=1)] = 0.55
    route_margin: Annotated[float, Field(ge=0, le=1)] = 0.05
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
