"""Finding the linters, which come as Python packages or with the system."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "deploy" / "kubernetes"


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a linter in the checkout; skips where it is not installed."""
    beside = Path(sys.executable).with_name(tool)
    found = str(beside) if beside.exists() else shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    command: Sequence[str | Path] = [found, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def passes(tool: str, *arguments: str | Path) -> None:
    """Run a linter that must find nothing."""
    ended = run(tool, *arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
