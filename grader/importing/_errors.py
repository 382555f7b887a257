"""What can be wrong with a guide."""

from __future__ import annotations

from typing import ClassVar

from grader.errors import BadInput


class GuideInvalid(BadInput):
    """A guide that cannot be read: missing, too large, broken, encrypted, or of no known format."""

    code: ClassVar[str] = "guide_invalid"
