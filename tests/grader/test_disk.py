from __future__ import annotations

from pathlib import Path

import pytest

from grader.disk import check_writable, room
from grader.errors import ConfigurationError
from tests.support.no_growth import no_growth


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_grow_cannot_be_written(tmp_path: Path) -> None:
    with no_growth(), pytest.raises(ConfigurationError, match=f"{tmp_path} cannot be .* make room"):
        check_writable(tmp_path)


def test_a_folder_that_is_not_there_cannot_be_written_but_has_room(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "such"
    with pytest.raises(ConfigurationError, match="No such file"):
        check_writable(missing)
    assert room(missing) == pytest.approx(room(tmp_path), rel=0.5)
