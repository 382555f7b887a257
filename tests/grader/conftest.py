"""What several test modules share: the real bank, read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.bank import Bank, ReferenceAnswer, load_bank, load_corpus


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def real_bank(checkout: Path) -> Bank:
    """The bank that ships with the package."""
    return load_bank(checkout / "rubrics", checkout / "corpus")


@pytest.fixture(scope="session")
def real_corpus(checkout: Path) -> Mapping[str, ReferenceAnswer]:
    """The reference answers that ship with the package."""
    return load_corpus(checkout / "corpus")
