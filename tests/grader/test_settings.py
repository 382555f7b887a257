from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from grader import Settings
from grader.bank import load_bank


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No GRADER_ variable and no .env file but what a test sets."""
    for name in [name for name in os.environ if name.upper().startswith("GRADER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_an_environment_the_embedded_parts_are_chosen() -> None:
    settings = Settings()

    assert (settings.judge, settings.index, settings.embedder) == (
        "local",
        "chroma",
        "sentence-transformers",
    )
    assert settings.embedder_model == "all-MiniLM-L6-v2"
    assert settings.max_answer_characters == 20_000


def test_the_bank_that_ships_with_the_package_is_found_from_anywhere() -> None:
    settings = Settings()

    assert (settings.rubrics_dir / "published.lock.json").is_file()
    assert any(settings.corpus_dir.rglob("*.md"))
    assert settings.data_dir.is_absolute()


@pytest.mark.parametrize(
    ("variable", "given", "field", "expected"),
    [
        ("GRADER_JUDGE", "llm", "judge", "llm"),
        ("GRADER_INDEX", "none", "index", "none"),
        ("GRADER_EMBEDDER", "openai", "embedder", "openai"),
        ("GRADER_EMBEDDER_MODEL", "/models/mine", "embedder_model", "/models/mine"),
        ("GRADER_RUBRICS_DIR", "/srv/rubrics", "rubrics_dir", Path("/srv/rubrics")),
        ("GRADER_CORPUS_DIR", "/srv/corpus", "corpus_dir", Path("/srv/corpus")),
        ("GRADER_DATA_DIR", "/srv/data", "data_dir", Path("/srv/data")),
        ("GRADER_MAX_ANSWER_CHARACTERS", "500", "max_answer_characters", 500),
        ("GRADER_ROUTE_SIMILARITY", "0.7", "route_similarity", 0.7),
        ("GRADER_ROUTE_MARGIN", "0", "route_margin", 0.0),
        ("GRADER_CONCURRENCY", "256", "concurrency", 256),
        ("grader_concurrency", "3", "concurrency", 3),
    ],
)
def test_an_environment_variable_sets_a_field(
    monkeypatch: pytest.MonkeyPatch, variable: str, given: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(variable, given)

    assert getattr(Settings(), field) == expected


def test_a_variable_without_the_prefix_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE", "llm")

    assert Settings().judge == "local"


def test_a_dotenv_file_sets_a_field(empty_environment: Path) -> None:
    (empty_environment / ".env").write_text("GRADER_JUDGE=llm\nOTHER=1\n", encoding="utf-8")

    assert Settings().judge == "llm"


def test_an_argument_wins_over_the_environment_and_that_over_a_dotenv_file(
    monkeypatch: pytest.MonkeyPatch, empty_environment: Path
) -> None:
    (empty_environment / ".env").write_text(
        "GRADER_JUDGE=from-file\nGRADER_INDEX=from-file\nGRADER_EMBEDDER=from-file\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GRADER_JUDGE", "from-environment")
    monkeypatch.setenv("GRADER_INDEX", "from-environment")

    settings = Settings(judge="from-argument")

    assert (settings.judge, settings.index, settings.embedder) == (
        "from-argument",
        "from-environment",
        "from-file",
    )


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("max_answer_characters", "0"),
        ("max_answer_characters", "-1"),
        ("max_answer_characters", "many"),
        ("max_answer_characters", "1.5"),
        ("route_similarity", "-0.1"),
        ("route_similarity", "1.1"),
        ("route_similarity", "nan"),
        ("route_margin", "-0.1"),
        ("route_margin", "2"),
        ("concurrency", "0"),
        ("concurrency", "257"),
        ("concurrency", ""),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, field: str, given: str
) -> None:
    monkeypatch.setenv(f"GRADER_{field.upper()}", given)

    with pytest.raises(ValidationError) as caught:
        Settings()

    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_answer_characters", 1),
        ("route_similarity", 0),
        ("route_similarity", 1),
        ("route_margin", 1),
        ("concurrency", 1),
        ("concurrency", 256),
    ],
)
def test_the_ends_of_a_range_belong_to_it(field: str, value: Any) -> None:
    assert getattr(Settings(**{field: value}), field) == value


def test_all_values_out_of_range_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CONCURRENCY", "0")
    monkeypatch.setenv("GRADER_ROUTE_MARGIN", "2")

    with pytest.raises(ValidationError) as caught:
        Settings()

    assert {error["loc"] for error in caught.value.errors()} == {
        ("concurrency",),
        ("route_margin",),
    }


def test_settings_are_read_when_made_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Settings()
    monkeypatch.setenv("GRADER_JUDGE", "llm")

    assert (before.judge, Settings().judge) == ("local", "llm")


def test_a_bank_can_be_loaded_from_a_folder_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, empty_environment: Path
) -> None:
    (empty_environment / "mine.yaml").write_text(
        "{id: mine, version: 1.0.0, status: published, question: 'Why?', "
        "points: [{id: a, claim: So., weight: 1}]}",
        encoding="utf-8",
    )
    monkeypatch.setenv("GRADER_RUBRICS_DIR", str(empty_environment))

    assert [rubric.id for rubric in load_bank(Settings().rubrics_dir, None)] == ["mine"]
