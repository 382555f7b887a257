"""Whether what has to be kept can be written, and how much room there is."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from grader.errors import ConfigurationError

# Enough to tell a disk that is full, little enough to be written every few seconds.
_PROBE_BYTES = 1 << 16


def check_writable(folder: Path) -> None:
    """Write a little into a folder, under no name, and forget it; blocks.

    Nothing less tells: a disk may be full, read-only or over its quota, or the folder another's.

    Raises:
        ConfigurationError: It cannot be written; says why, and what to do.
    """
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            written = file.write(bytes(_PROBE_BYTES))
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be written: {error.strerror or error}; make room there, or see that "
            "the folder exists, is not mounted read-only, and belongs to who runs this"
        ) from None
    if written < _PROBE_BYTES:
        raise ConfigurationError(f"{folder} cannot be written: the disk is full; make room there")


def room(folder: Path) -> int:
    """Return how many bytes there are left on the disk that a folder is on, or would be on."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free
