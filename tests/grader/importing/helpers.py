"""Expected contents of the test guides, and a stand-in for the embedder."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from grader.embedding import FloatArray
from grader.importing import Draft
from grader.importing._complete import complete
from grader.importing._extract import extract
from grader.importing.formats import parse_guide
from grader.types import Severity
from grader.words import content_words
from tests.grader.importing.rendering import GUIDES


@dataclass(frozen=True)
class Vector:
    vector: FloatArray


class WordEncoder:
    """Texts that share words are similar; enough to choose between texts, and no model."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        self.batches.append(len(texts))
        return [Vector(self._vector(text)) for text in texts]

    def _vector(self, text: str) -> FloatArray:
        vector = np.full(512, 0.01, dtype=np.float32)
        for word in content_words(text):
            vector[zlib.crc32(word[:5].encode()) % 512] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def guide_files(folder: Path = GUIDES) -> list[Path]:
    return sorted(path for path in folder.glob("*.*") if path.is_file())


def expected(path: Path) -> list[dict[str, Any]]:
    text = (path.parent / "expected" / f"{path.stem}.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.safe_load(text)
    return entries


def drafts_of(data: bytes | str, name: str) -> list[Draft]:
    """The drafts of one guide, completed."""
    guide = parse_guide(data.encode() if isinstance(data, str) else data, name)
    return complete(extract(guide).drafts, WordEncoder)


def contents(draft: Draft) -> dict[str, Any]:
    """What a draft holds, in the form of the files of expected contents."""
    red = [m.claim.text for m in draft.mistakes if m.severity is Severity.CRITICAL]
    found = {
        "question": draft.question.text if draft.question else None,
        "points": [point.text for point in draft.all_points if not point.drafted],
        "drafted": sum(point.drafted for point in draft.all_points),
        "mistakes": [m.claim.text for m in draft.mistakes if m.severity is not Severity.CRITICAL],
        "red_flags": red,
        "follow_ups": [follow_up.ask.text for follow_up in draft.follow_ups],
        "options": [option.text.text for option in draft.options],
        "correct": [option.letter for option in draft.options if option.correct],
    }
    return {key: value for key, value in found.items() if value or key == "question"}


def comparable(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key in _COMPARED}


_COMPARED = (
    "question",
    "points",
    "drafted",
    "mistakes",
    "red_flags",
    "follow_ups",
    "options",
    "correct",
)
