"""Every line of a guide is in a field of a draft or in the report with a reason."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.importing import Extract, GuideInvalid, Source, extract, parse_guide
from grader.words import words
from tests.grader.importing.helpers import guide_files
from tests.grader.importing.rendering import GUIDES, RENDERERS, items_of

ALL = [*guide_files(), *guide_files(GUIDES / "unseen")]
LINES = [line for path in ALL for line in path.read_text(encoding="utf-8").split("\n")]


def numbers(sources: tuple[Source, ...]) -> Iterator[tuple[int, int]]:
    for source in sources:
        for number in range(source.first, source.last + 1):
            yield source.page, number


def assert_accounted(found: Extract) -> None:
    in_fields = {n for d in found.drafts for _, p in d.fields() for n in numbers(p.sources)}
    skipped = {n for skip in found.skips for n in numbers(skip.sources)}
    assert set(found.guide.lines) <= in_fields | skipped
    assert all(skip.reason for skip in found.skips)


def assert_words_kept(found: Extract) -> None:
    """The words themselves, not only their lines: nothing of a line in use is dropped silently."""
    texts = [passage.text for draft in found.drafts for _, passage in draft.fields()]
    texts += [skip.text for skip in found.skips]
    known = {word for text in texts for word in words(text)}
    for piece in found.guide.pieces:
        lost = [word for word in words(piece.text) if word not in known]
        # Labels such as `Q3 (System design):` and verdicts such as `Incorrect.` go.
        assert len(lost) <= max(4, 0.4 * len(words(piece.text))), (piece.source, lost)


@pytest.mark.parametrize("extension", ["native", *RENDERERS])
@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_line_of_the_guides_is_accounted_for(path: Path, extension: str) -> None:
    if extension == "native":
        guide = parse_guide(path.read_bytes(), path.name)
    else:
        guide = parse_guide(RENDERERS[extension](items_of(path)), f"guide.{extension}")
    found = extract(guide)
    assert_accounted(found)
    assert_words_kept(found)
    assert not [skip for skip in found.skips if skip.reason == "not recognised"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_lines_named_hold_the_words(path: Path) -> None:
    """Provenance is true: the text of a field stands on the lines that the field names."""
    found = extract(parse_guide(path.read_bytes(), path.name))
    source_lines = path.read_text(encoding="utf-8").split("\n")
    for draft in found.drafts:
        for name, passage in draft.fields():
            if name == "options.correct" or passage.drafted:
                continue
            there = " ".join(source_lines[n - 1] for _, n in numbers(passage.sources))
            plain = there.replace("&mdash;", "—").replace("&ndash;", "–").replace("`", "")
            missing = set(words(passage.text)) - set(words(plain.replace("*", "")))
            assert len(missing) <= 2, (name, passage.text, missing)


@given(
    seed=st.integers(0, 2**32),
    extension=st.sampled_from(["md", "txt", "html"]),
    path=st.sampled_from(ALL),
    changes=st.lists(st.integers(0, 6), max_size=12),
)
def test_shuffled_and_noised_guides_are_accounted_for(
    seed: int, extension: str, path: Path, changes: list[int]
) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    chance = random.Random(seed)
    for change in changes:
        lines = disturbed(lines, change, chance) or ["-"]
    try:
        guide = parse_guide("\n".join(lines).encode(), f"guide.{extension}")
    except GuideInvalid:
        return
    assert_accounted(extract(guide))


def disturbed(lines: list[str], change: int, chance: random.Random) -> list[str]:
    at = chance.randrange(len(lines))
    marks = "".join(chance.choices('*-#>|`[]()<>&:;.QA1) \t"•\u200b', k=8))
    ways = [
        lambda: [*lines[:at], chance.choice(LINES), *lines[at:]],
        lambda: lines[:at] + lines[at + 1 :],
        lambda: [line.lstrip() for line in lines],
        lambda: [*lines[:at], "".join(lines[at : at + 2]), *lines[at + 2 :]],
        lambda: chance.sample(lines, len(lines)),
        lambda: [*lines[:at], marks, *lines[at:]],
        lambda: [line for line in lines if line.strip()],
    ]
    return ways[change]()


@given(st.text(max_size=400), st.sampled_from(["md", "txt", "html", "xyz"]))
def test_any_text_is_accounted_for(text: str, extension: str) -> None:
    try:
        guide = parse_guide(text.encode("utf-8", "surrogatepass"), f"guide.{extension}")
    except GuideInvalid as error:
        assert str(error).startswith("guide.")  # noqa: PT017 - what it says matters here
        return
    assert_accounted(extract(guide))
