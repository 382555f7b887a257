"""What only some requests need is not loaded at the start."""

from __future__ import annotations

import subprocess
import sys

_HEAVY = (
    "av",
    "chromadb",
    "faster_whisper",
    "langchain_chroma",
    "langchain_core",
    "langchain_openai",
    "matplotlib",
    "openai",
    "pandas",
    "presidio_analyzer",
    "scipy",
    "sklearn",
    "torch",
)


def test_the_application_can_be_imported_without_heavy_libraries() -> None:
    listed = f"import sys, api.app; print(*(name for name in {_HEAVY!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
