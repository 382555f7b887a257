"""How property tests run; the model, loaded once; graders over a few rubrics of the bank."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from grader.bank import Bank, load_bank
from grader.embedding import (
    Embedder,
    SharedEncoder,
    build_embedder,
    build_question_embedder,
)
from grader.grading import Grader
from grader.index import VectorIndex, build_index
from grader.judges import build_judge
from grader.settings import Settings

# The gate must say the same of the same code every time, on slow machines too.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True, max_examples=30)
hypothesis.settings.load_profile("gate")

# Some tests load PyTorch before the embedder could ask for this.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

ROOT = Path(__file__).parents[1]
FEW = ("node-event-loop", "sql-and-nosql", "hard-technical-problem", "database-indexes")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Give each process of `pytest -n` one thread, lest they fight for the cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return build_embedder(Settings())


@pytest.fixture(scope="session")
def plain_embedder() -> Embedder:
    """The same model without the adapter."""
    return build_question_embedder(Settings())


@pytest.fixture(scope="session")
def encoder(embedder: Embedder) -> Iterator[SharedEncoder]:
    shared = SharedEncoder(embedder)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def few() -> Bank:
    """Four rubrics of the real bank."""
    bank = load_bank(ROOT / "rubrics", ROOT / "corpus")
    return Bank([bank.get(rubric_id) for rubric_id in FEW])


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def index(settings: Settings, few: Bank, encoder: SharedEncoder) -> VectorIndex:
    built = build_index(settings)
    built.sync(list(few), encoder)
    return built


@pytest.fixture(scope="session")
def grader(settings: Settings, few: Bank, encoder: SharedEncoder, index: VectorIndex) -> Grader:
    judge = build_judge(settings, encoder)
    return Grader(settings, bank=few, encoder=encoder, judge=judge, index=index)
