"""What can be wrong with a guide or with the folder an import writes to."""

from __future__ import annotations

from typing import ClassVar

from grader.errors import BadInput


class GuideInvalid(BadInput):
    """A guide that cannot be read: missing, too large, broken, encrypted, or of no known format."""

    code: ClassVar[str] = "guide_invalid"


class OutputRefused(BadInput):
    """The output folder cannot be written, or a file that must not be lost is in the way."""

    code: ClassVar[str] = "output_refused"
