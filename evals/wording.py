"""Words that several outputs share."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Say how many there are: `1 answer`, `1,200 answers`.

    Args:
        number: How many.
        one: The noun.
        many: Its plural, where that is not made with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
