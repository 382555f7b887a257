"""YAML with the line of every value, so that an error can say where it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from grader.errors import Problem

Path = tuple[str | int, ...]

# A rubric is a few kilobytes; the bound keeps a hostile file from costing more than its reading.
MAX_CHARACTERS = 500_000
MAX_DEPTH = 20

# Python refuses to write out a whole number of some thousands of digits, even in a message.
_MOST_BITS = 1024


@dataclass(frozen=True, slots=True)
class LocatedDocument:
    """Plain data, with the 1-based line at which each path in it begins."""

    data: Any
    lines: dict[Path, int]
    problems: tuple[Problem, ...]

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest ancestor that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


# The same language either way; reading the bank with the C parser takes a tenth of the time.
_SafeLoader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]
    """Reads dates as the text they are: no field of a rubric is one."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - overrides PyYAML's table of the same form
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_document(text: str, file: str = "") -> LocatedDocument:
    """Parse a YAML document, or a JSON one if the file's name says so.

    Repeated keys and aliases are reported as problems rather than resolved: the first hides a
    value, the second can make a small file expand without bound.

    Args:
        text: The source.
        file: Name to give in problems.

    Returns:
        The data with its lines; `data` is None if the text cannot be parsed at all.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text):,} characters; a rubric may have at most {MAX_CHARACTERS:,}"
        return _unusable(message, file, 1)
    located = _read_yaml(text, file)
    if not file.endswith(".json"):
        return located
    # YAML reads nearly all of JSON, and gives lines and repeated keys; the values are JSON's.
    repeated = located.problems if located.data is not None else ()
    try:
        return LocatedDocument(json.loads(text), located.lines, repeated)
    except json.JSONDecodeError as error:
        return _unusable(f"not valid JSON: {error.msg}", file, error.lineno)
    except (RecursionError, ValueError) as error:
        # A whole number of thousands of digits is a ValueError.
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return _unusable(f"not valid JSON: {what}", file, 1)


def _read_yaml(text: str, file: str) -> LocatedDocument:
    loader = None
    try:
        if (line := _line_nested_too_deeply(text)) is not None:
            return _unusable(f"deep nesting (over {MAX_DEPTH} levels) is not supported", file, line)
        loader = _Loader(text)
        node = loader.get_single_node()
        builder = _Builder(loader, file)
        data = builder.build(node, ()) if node is not None else None
        return LocatedDocument(data, builder.lines, tuple(builder.problems))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return _unusable("not valid YAML: holds a control character; remove it", file, line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        # The end of the text counts as a line of its own.
        line = min(mark.line, text.count("\n")) + 1 if mark else 1
        return _unusable(f"not valid YAML: {what}", file, line)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return _unusable(f"not valid YAML: {str(error) or 'nested too deeply'}", file, 1)
    finally:
        if loader is not None:
            loader.dispose()


def _line_nested_too_deeply(text: str) -> int | None:
    # Events come one by one, whereas building nodes recurses, in C without a bound.
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None


def _unusable(message: str, file: str, line: int) -> LocatedDocument:
    return LocatedDocument(None, {}, (Problem("", message, file, line),))


class _Builder:
    def __init__(self, loader: _Loader, file: str) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._loader = loader
        self._file = file
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if id(node) in self._seen:
            message = "aliases are not supported; write the value out"
            self._report(message, node, path)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._build_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._build_scalar(node, path)

    def _build_scalar(self, node: yaml.Node, path: Path) -> Any:
        # To the base of 60, as in 12:30, which YAML has given up since; text, like dates.
        if node.tag.endswith((":int", ":float")) and ":" in node.value:
            return node.value
        value = self._loader.construct_object(node)
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            self._report("a number of so many digits cannot be used", node, path)
            return None
        return value

    def _build_mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                first = self.lines[(*path, key)]
                self._report(f"'{key}' is given twice, first at line {first}", key_node, path)
                continue
            result[key] = self.build(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return result

    def _report(self, message: str, node: yaml.Node, path: Path) -> None:
        where = render_path(path)
        self.problems.append(Problem(where, message, self._file, node.start_mark.line + 1))


def render_path(path: Path) -> str:
    """Render a path as people write it: `points[2].weight`."""
    rendered = ""
    for step in path:
        rendered += f"[{step}]" if isinstance(step, int) else f".{step}" if rendered else str(step)
    return rendered
