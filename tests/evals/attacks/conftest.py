"""The suite over the real bank, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.attacks import Case, Suite
from grader.bank import Bank, load_bank

_ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load_bank(_ROOT / "rubrics", _ROOT / "corpus")


@pytest.fixture(scope="session")
def suite(bank: Bank) -> Suite:
    return Suite.of(bank)


@pytest.fixture(scope="session")
def cases(suite: Suite) -> tuple[Case, ...]:
    return suite.cases()
