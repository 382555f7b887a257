"""The index of the bank that ships with the package, filled before anything is measured.

python -m tests.load.index FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.grading import Grader
from grader.settings import Settings


@contextmanager
def filled(kept: Path | None = None) -> Iterator[Path]:
    """Fill an index, which takes a minute or more; yields the data folder that holds it.

    Args:
        kept: A folder for it that stays for the next command; else it goes at the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = kept or Path(folder)
        data.mkdir(parents=True, exist_ok=True)
        # By a process of its own: Chroma holds on to its folder as long as a process lives.
        subprocess.run([sys.executable, "-m", "tests.load.index", data], check=True)
        yield data


if __name__ == "__main__":
    Grader.open(Settings(data_dir=Path(sys.argv[1]))).close()
