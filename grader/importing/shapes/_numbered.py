"""Shape 2: `Question 7` with the question on the next line, and other questions told by a number."""

from __future__ import annotations

import re

from grader.importing._cues import Cue
from grader.importing._document import Role
from grader.importing._drafts import Shape
from grader.importing._sentences import asks, is_task
from grader.importing.shapes._scan import Scan

_NUMBER = re.compile(r"\(?(\d{1,3})[.)]\s*")
_MOST_WORDS = 60


def opens(scan: Scan) -> bool:
    """Tell whether a question begins that a number, a heading or bold type sets apart."""
    block = scan.block
    if block.cue is Cue.QUESTION and not block.text:
        return True
    if block.label or not block.text or len(block.text.split()) > _MOST_WORDS:
        return False
    if block.role is Role.HEADING:
        numbered = bool(_NUMBER.match(block.text))
        return asks(block.text) or (numbered and is_task(_NUMBER.sub("", block.text, count=1)))
    if block.role is Role.BULLET:
        return _numbered_item(scan)
    if block.role is Role.TEXT and (block.strong or scan.loose):
        return asks(block.text) and not scan.in_list and not block.level
    return False


def _numbered_item(scan: Scan) -> bool:
    """Tell a numbered question from an item of a numbered list inside an answer."""
    block = scan.block
    number = _NUMBER.match(block.marker)
    if not number or block.level or not (asks(block.text) or is_task(block.text)):
        return False
    if scan.shape is None:
        # Sections may begin with any number, a list of tasks in a preface does not.
        return asks(block.text) or _is_answered(scan)
    if scan.in_list or scan.shape not in {Shape.NUMBERED, Shape.CHOICE}:
        return False
    first = scan.unit[0]
    before = _NUMBER.match(first.marker)
    return bool(before) and int(number[1]) in {1, int(before[1]) + 1} if before else False


def _is_answered(scan: Scan) -> bool:
    following = scan.ahead(1)
    return bool(following) and following[0].role is not Role.BULLET
