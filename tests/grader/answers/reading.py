"""Reading answers, and texts to read."""

from __future__ import annotations

from hypothesis import strategies as st

from grader.answers import Answer, read_answer
from grader.errors import AnswerInvalid

LIMIT = 20_000


def read(text: object, limit: int = LIMIT) -> Answer:
    return read_answer(text, max_characters=limit)


def quotes(text: str) -> list[str]:
    answer = read(text, len(text))
    return [answer.quote(segment) for segment in answer.segments]


def blocks(text: str) -> list[int]:
    return [segment.block for segment in read(text).segments]


FRAGMENTS = [
    "The loop runs one callback.",
    " e.g. ",
    "i.e. ",
    "Node.js 3.5",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "  ",
    "\n- ",
    "\n* ",
    "\n1. ",
    "\n(b) ",
    "\n# ",
    "\n```js\n",
    "\n```\n",
    "\n~~~\n",
    "```",
    "单线程。",
    "对吗？",
    "؟ ",
    "الخادم ",
    "\u200f",
    "\u200b",
    "\u00ad",
    "\u2028",
    "\x0b",
    "\x85",
    "👩\u200d💻",
    "e\u0301",
    "...",
    "?! ",
    '." ',
    "…",
    "and then so because ",
    "word " * 31,
    "1. ",
    "a) ",
    ";",
    " - ",
]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
answers_like = st.lists(st.sampled_from(FRAGMENTS) | texts, max_size=12).map("".join)


def is_readable(text: str) -> bool:
    try:
        return bool(read(text).segments)
    except AnswerInvalid:
        return False


readable = answers_like.filter(is_readable)
