"""Drafts from HealthBench-style rubrics, our own exports or anybody's.

Reads HealthBench's JSON lines, one such object, a list of them, or a bare list of
`{criterion, points, tags}` for a question that is given beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from grader.bank.exchange._drafts import Corpus, Draft, Place, build_all
from grader.bank.exchange._healthbench_write import (
    CARRIED,
    EXTENSION,
    ID,
    MISTAKE,
    MISTAKE_CARRIED,
    POINT,
    POINT_CARRIED,
    REQUIRED,
    SEVERITY,
    THEME,
)
from grader.bank.exchange._ids import with_ids
from grader.bank.exchange._json import Located, read_json
from grader.bank.exchange._results import Imported, loss
from grader.errors import Problem
from grader.slugs import slug

_FIRST_VERSION = "0.1.0"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KNOWN = {"prompt", "prompt_id", "rubrics", "example_tags", "ideal_completions_data", EXTENSION}
_ITEM_KNOWN = {"criterion", "points", "tags", EXTENSION}
_NO_RUBRIC = {"canary"}  # marks HealthBench's own data for those who train models


def read_healthbench(
    text: str, file: str = "", *, question: str = "", corpus: Corpus | None = None
) -> Imported:
    """Make drafts.

    Args:
        text: JSON or JSON lines.
        file: Name to give in problems.
        question: For rubrics that come without a prompt.
        corpus: Reference answers that rubrics may name.

    Raises:
        RubricInvalid: Something cannot be made a rubric; carries every problem with its line in
            JSON lines, its path in JSON.
    """
    problems: list[Problem] = []
    losses: list[Problem] = []
    drafts: list[Draft] = []
    for located in _examples(read_json(text, file)):
        reader = _Reader(located, file, question)
        draft = reader.read()
        if draft is not None and not reader.problems:
            drafts.append(draft)
        problems += reader.problems
        losses += reader.losses
    if not drafts and not problems:
        problems.append(Problem("", "there is no example to make a rubric of", file, 1))
    _name(drafts)
    return Imported(build_all(drafts, corpus or {}, problems), tuple(losses))


def _examples(found: list[Located]) -> Iterator[Located]:
    for each in found:
        if isinstance(each.data, list) and not any(_is_item(entry) for entry in each.data):
            for place, entry in enumerate(each.data):
                yield Located(entry, f"{each.where}[{place}]", each.line)
        else:
            yield each


def _is_item(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "criterion" in entry


def _name(drafts: list[Draft]) -> None:
    """Give an id to those that have none."""
    nameless = [draft for draft in drafts if "id" not in draft.document]
    names = with_ids([None] * len(nameless), [draft.document["question"] for draft in nameless])
    for draft, name in zip(nameless, names, strict=True):
        draft.document["id"] = name


class _Reader:
    """Reads one example."""

    def __init__(self, located: Located, file: str, question: str) -> None:
        self.problems: list[Problem] = []
        self.losses: list[Problem] = []
        self._located = located
        self._file = file
        self._question = question

    def read(self) -> Draft | None:
        """Return what the example holds; None if it cannot be told at all."""
        data = self._located.data
        where = ""
        if isinstance(data, list):
            items = data
            data = {}
        elif isinstance(data, Mapping) and isinstance(data.get("rubrics"), list):
            items = data["rubrics"]
            where = "rubrics"
        else:
            self._problem("", "must be an object with 'rubrics', a list of criteria")
            return None
        document = {
            "version": _FIRST_VERSION,
            **self._carried(data, "", CARRIED),
            "question": self._asked(data),
            "topics": self._topics(data),
            "reference_answer": self._ideal(data),
        }
        self._leave_out(data, _KNOWN | _NO_RUBRIC, "")
        names = {name: f"{EXTENSION}.{name}" for name in CARRIED}
        names |= {"question": "prompt", "topics": "example_tags"}
        places = {field: self._place(name) for field, name in names.items()}
        draft = Draft(document, self._file, self._place(""), places)
        self._read_items(items, where, draft)
        return draft

    def _read_items(self, items: list[Any], where: str, draft: Draft) -> None:
        points: list[dict[str, Any]] = []
        mistakes: list[dict[str, Any]] = []
        tags_left: set[str] = set()
        foreign = 0
        for number, item in enumerate(items):
            at = f"{where}[{number}]"
            read = self._item(item, at, tags_left)
            if read is None:
                continue
            entry, is_point, ours = read
            foreign += not ours
            kind, owner = ("points", points) if is_point else ("mistakes", mistakes)
            carried = POINT_CARRIED if is_point else MISTAKE_CARRIED
            names = {"claim": "criterion", "weight": "points", "penalty": "points"}
            names |= {name: f"{EXTENSION}.{name}" for name in carried}
            names |= {"id": "tags", "severity": "tags"}
            draft.places[f"{kind}[{len(owner)}]"] = self._place(at, names)
            owner.append(entry)
        if not points and not self.problems:
            self._problem(where, "no criterion has points above 0; a rubric needs one at least")
        entries = [*points, *mistakes]
        ids = with_ids([e.get("id") for e in entries], [e["claim"] for e in entries])
        for entry, name in zip(entries, ids, strict=True):
            entry["id"] = name
        draft.document |= {"points": points, "mistakes": mistakes}
        if tags_left:
            self._loss(where, f"tags left out: {', '.join(sorted(tags_left))}")
        if foreign:
            self._loss(
                where,
                f"criteria taken as they stand: {foreign}; word each as the claim itself, as an "
                "answer would say it",
            )

    def _item(
        self, item: Any, at: str, tags_left: set[str]
    ) -> tuple[dict[str, Any], bool, bool] | None:
        """Return an entry, whether it is a point, and whether its words are an export's."""
        if not isinstance(item, Mapping):
            self._problem(at, "must be an object with 'criterion', 'points' and 'tags'")
            return None
        points, criterion = item.get("points"), item.get("criterion")
        if isinstance(points, bool) or not isinstance(points, (int, float)) or points == 0:
            self._problem(f"{at}.points", "must be a number other than 0; below 0 for a mistake")
            return None
        if not isinstance(criterion, str) or not criterion.strip():
            self._problem(f"{at}.criterion", "must be text, and not empty")
            return None
        is_point = points > 0
        claim = criterion.removeprefix(POINT if is_point else MISTAKE)
        entry = self._carried(item, at, POINT_CARRIED if is_point else MISTAKE_CARRIED)
        entry["claim"] = claim
        entry["weight" if is_point else "penalty"] = abs(points)
        self._leave_out(item, _ITEM_KNOWN, at)
        for tag in self._tags(item, "tags", f"{at}.tags"):
            if tag.startswith(ID):
                entry["id"] = tag.removeprefix(ID)
            elif tag == REQUIRED and is_point:
                entry["required"] = True
            elif tag.startswith(SEVERITY) and not is_point:
                entry["severity"] = tag.removeprefix(SEVERITY)
            else:
                tags_left.add(tag)
        return entry, is_point, claim != criterion

    def _asked(self, data: Mapping[str, Any]) -> str:
        if "prompt" not in data:
            if not self._question:
                self._problem("prompt", "there is no question; give one, with --question or here")
            return self._question
        turns = data["prompt"]
        if isinstance(turns, str):
            return turns
        if not isinstance(turns, list) or not all(_is_turn(turn) for turn in turns) or not turns:
            self._problem("prompt", "must be a list of messages with 'role' and 'content', as text")
            return ""
        if len(turns) == 1:
            return str(turns[0]["content"])
        self._loss("prompt", f"a conversation of {len(turns)} messages is now one question")
        return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)

    def _topics(self, data: Mapping[str, Any]) -> list[str]:
        tags = self._tags(data, "example_tags", "example_tags")
        topics = []
        for tag in tags:
            name = tag.removeprefix(THEME)
            if tag.startswith(THEME) and (topic := name if _SLUG.fullmatch(name) else slug(name)):
                topics.append(topic)
            else:
                self._loss("example_tags", f"tag left out: {tag}")
        return topics

    def _ideal(self, data: Mapping[str, Any]) -> str:
        ideal = data.get("ideal_completions_data")
        if ideal is None:
            return ""
        answer = ideal.get("ideal_completion") if isinstance(ideal, Mapping) else ideal
        if answer is not None and not isinstance(answer, str):
            self._problem("ideal_completions_data", "'ideal_completion' must be text")
            return ""
        return answer or ""

    def _tags(self, data: Mapping[str, Any], name: str, where: str) -> list[str]:
        tags = data.get(name) or []
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            return tags
        self._problem(where, "must be a list of texts")
        return []

    def _carried(self, data: Mapping[str, Any], at: str, names: tuple[str, ...]) -> dict[str, Any]:
        carried = data.get(EXTENSION) or {}
        where = f"{at}.{EXTENSION}" if at else EXTENSION
        if not isinstance(carried, Mapping):
            self._problem(where, "must be an object")
            return {}
        self._leave_out(carried, set(names), where)
        return {name: carried[name] for name in names if name in carried}

    def _leave_out(self, data: Mapping[str, Any], known: set[str], at: str) -> None:
        unknown = sorted(str(name) for name in data if name not in known)
        if unknown:
            self._loss(at, f"left out: {', '.join(unknown)}")

    def _place(self, name: str, names: Mapping[str, str] | None = None) -> Place:
        return Place(self._at(name), self._located.line, names or {})

    def _at(self, name: str) -> str:
        where = self._located.where
        return f"{where}.{name}" if where and name and not name.startswith("[") else where + name

    def _problem(self, where: str, message: str) -> None:
        self.problems.append(Problem(self._at(where), message, self._file, self._located.line))

    def _loss(self, where: str, message: str) -> None:
        self.losses.append(loss(self._at(where), message, self._file, self._located.line))


def _is_turn(turn: Any) -> bool:
    return (
        isinstance(turn, Mapping)
        and isinstance(turn.get("content"), str)
        and isinstance(turn.get("role"), str)
    )
