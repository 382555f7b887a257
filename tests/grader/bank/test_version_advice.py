from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from grader.bank import diff_rubrics, parse_rubric
from grader.bank._version_advice import Bump, VersionAdvice, advise
from grader.types import Rubric
from tests.grader.factories import full_document

OLD = full_document() | {"reference": None}


def rubric(version: str, status: str = "draft", **changes: Any) -> Rubric:
    return parse_rubric(OLD | {"version": version, "status": status} | changes)


def advice(old: str, new: str, needed: Bump, status: str = "draft") -> VersionAdvice:
    return advise(rubric(old, status), rubric(new), needed)


def with_point(**changes: Any) -> dict[str, Any]:
    return {"points": [OLD["points"][0] | changes, OLD["points"][1]]}


def with_first(part: str, **changes: Any) -> dict[str, Any]:
    return {part: [OLD[part][0] | changes, *OLD[part][1:]]}


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, Bump.NONE),
        ({"status": "retired"}, Bump.NONE),
        ({"follow_ups": []}, Bump.PATCH),
        ({"vocabulary": ["broker"]}, Bump.PATCH),
        ({"examples": []}, Bump.PATCH),
        ({"level": "mid"}, Bump.PATCH),
        ({"points": OLD["points"][::-1]}, Bump.PATCH),
        (with_first("mistakes", severity="minor"), Bump.PATCH),
        (with_first("options", explanation="Why not."), Bump.PATCH),
        ({"question": "What is a queue for?"}, Bump.MINOR),
        ({"reference_answer": "Another answer."}, Bump.MINOR),
        (with_point(claim="The sender goes on."), Bump.MINOR),
        (with_point(accept=[]), Bump.MINOR),
        (with_point(reject=[]), Bump.MINOR),
        (with_first("mistakes", correction="Bear repeats."), Bump.MINOR),
        (with_first("options", text="It parts them."), Bump.MINOR),
        (with_point(weight=1), Bump.MAJOR),
        (with_point(required=False), Bump.MAJOR),
        (with_first("mistakes", penalty=1), Bump.MAJOR),
        ({"points": OLD["points"][:1], "examples": []}, Bump.MAJOR),
        ({"mistakes": OLD["mistakes"][:1], "examples": []}, Bump.MAJOR),
        ({"options": OLD["options"][:1]}, Bump.MAJOR),
        (with_point(weight=1) | {"follow_ups": [], "question": "Why?"}, Bump.MAJOR),
    ],
)
def test_the_bump_follows_from_what_changed(changes: dict[str, Any], needed: Bump) -> None:
    found = diff_rubrics(parse_rubric(OLD), parse_rubric(OLD | changes))

    assert found.version.needed is needed


@pytest.mark.parametrize(
    ("old", "new", "needed", "suggested", "fits"),
    [
        ("1.2.3", "1.2.3", Bump.NONE, "1.2.3", True),
        ("1.2.3", "1.2.4", Bump.NONE, "1.2.3", False),
        ("1.2.3", "1.2.3", Bump.PATCH, "1.2.4", False),
        ("1.2.3", "1.2.4", Bump.PATCH, "1.2.4", True),
        ("1.2.3", "1.3.0", Bump.PATCH, "1.2.4", False),
        ("1.2.3", "1.2.4", Bump.MINOR, "1.3.0", False),
        ("1.2.3", "1.3.0", Bump.MINOR, "1.3.0", True),
        ("1.2.3", "1.5.0", Bump.MINOR, "1.3.0", True),
        ("1.2.3", "1.3.0", Bump.MAJOR, "2.0.0", False),
        ("1.2.3", "2.0.0", Bump.MAJOR, "2.0.0", True),
        ("1.2.3", "2.0.0", Bump.MINOR, "1.3.0", False),
        ("1.2.3", "1.2.2", Bump.MINOR, "1.3.0", False),
        ("0.2.3", "0.3.0", Bump.MAJOR, "0.3.0", True),  # before 1.0.0 anything may change
        ("0.2.3", "0.2.4", Bump.MAJOR, "0.3.0", False),
        ("0.2.3", "1.0.0", Bump.PATCH, "0.2.4", True),
        ("1.0.0-rc.1", "1.0.0", Bump.MAJOR, "1.0.0", True),
        ("1.0.0-rc.1", "1.0.0-rc.2", Bump.MAJOR, "1.0.0", True),
    ],
)
def test_the_number_given_is_compared_with_the_bump(
    old: str, new: str, needed: Bump, suggested: str, fits: bool
) -> None:
    found = advice(old, new, needed)

    assert (found.suggested, found.fits) == (suggested, fits)
    if not fits and new > old:
        assert suggested in found.message


def test_the_same_number_for_something_else_breaks_a_promise_once_published() -> None:
    message = advice("1.0.0", "1.0.0", Bump.MINOR, status="published").message

    assert message.endswith("call the new one 1.1.0. A version once published never changes.")
    assert "never changes" not in advice("1.0.0", "1.0.0", Bump.MINOR).message


def test_two_different_rubrics_have_no_versions_in_common() -> None:
    found = advise(rubric("1.0.0"), rubric("1.0.0", id="another"), Bump.MAJOR)

    assert (found.needed, found.suggested, found.fits) == (None, None, True)
    assert "two rubrics" in found.message


VERSIONS = st.builds(
    Version,
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([None, "rc.1", "beta"]),
).map(str)


@given(VERSIONS, st.sampled_from(Bump))
def test_the_suggested_number_always_fits(version: str, needed: Bump) -> None:
    suggested = advice(version, version, needed).suggested

    assert suggested is not None
    assert advice(version, suggested, needed).fits
