from __future__ import annotations

import pytest

from grader.cli._progress import progress


def test_without_a_terminal_it_is_said_once_what_takes_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("loading the model", "indexing rubrics") as show:
        for done in (0, 1, 2, 3):
            show(done, 3)

    assert capsys.readouterr().err == "indexing rubrics: 3\n"


def test_without_a_terminal_nothing_is_said_of_what_is_done_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("loading the model", "indexing rubrics") as show:
        show(3, 3)

    assert capsys.readouterr().err == ""
