"""Prompts: versioned files, whose placeholders are checked before anything is asked.

A file has the sections `# system`, `# task`, `# example` and `# repair`, in any order. A section
holds each of its placeholders (`$name`, see `_PLACEHOLDERS`) and no other; `$$` is a dollar sign.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template, ascii_uppercase

from grader.errors import ConfigurationError
from grader.judges.llm._items import Items
from grader.judges.llm._quotes import as_seen
from grader.types import Rubric, WorkedExample

_PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "system": frozenset(),
    "task": frozenset({"question", "points", "mistakes", "examples", "fence", "answer"}),
    "example": frozenset({"fence", "answer", "verdicts"}),
    "repair": frozenset({"problems", "ids"}),
}
_HEADING = re.compile(r"^# (\w+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of what the model is told.

    Attributes:
        name: How settings call it.
        sha256: Hash of the file's text; goes on every grade.
    """

    name: str
    sha256: str
    _sections: Mapping[str, Template]

    @property
    def system(self) -> str:
        """What the model is told once and for all."""
        return self._sections["system"].substitute()

    def task(
        self,
        rubric: Rubric,
        items: Items,
        answer: str,
        examples: Sequence[WorkedExample],
        fence: str,
    ) -> str:
        """Write out what to judge.

        Args:
            rubric: Gives the question.
            items: The points and mistakes to judge.
            answer: The candidate's words.
            examples: Answers to the same rubric with a person's verdicts.
            fence: A line that occurs in no answer.
        """
        return self._sections["task"].substitute(
            question=_question(rubric),
            points=_lines(
                {"id": p.id, "claim": p.claim, "accept": p.accept, "reject": p.reject}
                for p in items.points
            ),
            mistakes=_lines(
                {"id": m.id, "belief": m.claim, "what is true": m.correction}
                for m in items.mistakes
            ),
            examples="".join(f"\n{self._example(items, each, fence)}\n" for each in examples),
            fence=fence,
            answer=as_seen(answer),
        )

    def repair(self, problems: Sequence[str], ids: Sequence[str]) -> str:
        """Write out what was wrong with a reply."""
        listed = "\n".join(f"- {problem}" for problem in problems)
        return self._sections["repair"].substitute(problems=listed, ids=", ".join(ids))

    def _example(self, items: Items, example: WorkedExample, fence: str) -> str:
        verdicts = {p.id: example.points[p.id] for p in items.points if p.id in example.points}
        made = {m.id: example.mistakes[m.id] for m in items.mistakes if m.id in example.mistakes}
        return self._sections["example"].substitute(
            fence=fence,
            answer=as_seen(example.answer),
            verdicts=json.dumps({"points": verdicts, "mistakes made": made}, ensure_ascii=False),
        )


def load_prompt(name: str) -> Prompt:
    """Load a prompt that ships with the package, or a file.

    Args:
        name: `judge-v1`, or the path of a file that ends in `.md`.

    Raises:
        ConfigurationError: No such prompt, or its sections or placeholders are wrong.
    """
    shipped = {Path(each.name).stem: each for each in (files(__package__) / "prompts").iterdir()}
    place = Path(name) if name.endswith(".md") else shipped.get(name)
    if place is None:
        known = ", ".join(sorted(shipped))
        raise ConfigurationError(
            f"GRADER_LLM_PROMPT is '{name}'; it can be {known}, or a file that ends in .md"
        )
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"GRADER_LLM_PROMPT cannot be read: {error}") from None
    return parse_prompt(name, text)


def parse_prompt(name: str, text: str) -> Prompt:
    """Read a prompt's text.

    Raises:
        ConfigurationError: Its sections or placeholders are wrong; says which.
    """
    _, *parts = _HEADING.split(text)
    titles, bodies = parts[::2], parts[1::2]
    if sorted(titles) != sorted(_PLACEHOLDERS):
        wanted = ", ".join(f"'# {title}'" for title in _PLACEHOLDERS)
        found = ", ".join(f"'# {title}'" for title in titles) or "none"
        raise ConfigurationError(
            f"the prompt '{name}' must have the sections {wanted}, each once; it has {found}"
        )
    sections = {title: Template(body.strip()) for title, body in zip(titles, bodies, strict=True)}
    for title, section in sections.items():
        _check(name, title, section)
    return Prompt(name, hashlib.sha256(text.encode()).hexdigest(), sections)


def _check(name: str, title: str, section: Template) -> None:
    wanted = _PLACEHOLDERS[title]
    if not section.is_valid():
        raise ConfigurationError(
            f"the prompt '{name}' has a stray $ in its section '# {title}'; write $$ for a dollar"
        )
    found = set(section.get_identifiers())
    wrong = [f"lacks ${each}" for each in sorted(wanted - found)]
    wrong += [f"has the unknown ${each}" for each in sorted(found - wanted)]
    if wrong:
        raise ConfigurationError(
            f"the prompt '{name}': its section '# {title}' {' and '.join(wrong)}"
        )


def _question(rubric: Rubric) -> str:
    options = zip(ascii_uppercase, rubric.options, strict=False)
    return "\n".join([rubric.question, *(f"{letter}. {each.text}" for letter, each in options)])


def _lines(entries: Iterable[Mapping[str, object]]) -> str:
    told = [
        json.dumps({key: value for key, value in entry.items() if value}, ensure_ascii=False)
        for entry in entries
    ]
    return "\n".join(told) or "(none)"
