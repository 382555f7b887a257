from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ConfigurationError
from grader.redaction import Finding, Redacted, build_redactor

TEXT = "Ask jane@x.io or JANE@x.io, else 84.23.119.7."
FOUND = [Finding(4, 13, "email"), Finding(17, 26, "email"), Finding(33, 44, "ip address")]


def test_the_same_data_has_the_same_number_wherever_it_stands() -> None:
    redacted = Redacted.of(TEXT, FOUND)
    assert redacted.text == "Ask [email 1] or [email 1], else [ip address 1]."
    assert redacted.changed


def test_without_findings_nothing_changes() -> None:
    redacted = Redacted.of(TEXT, [])
    assert redacted.text == TEXT
    assert not redacted.changed
    assert redacted.original_span(4, 13) == (4, 13)


@pytest.mark.parametrize(
    ("quote", "original"),
    [
        ("[email 1] or", "jane@x.io or"),
        ("or [email 1]", "or JANE@x.io"),
        (", else", ", else"),
        ("email", "jane@x.io"),
        ("sk [ema", "sk jane@x.io"),
        ("Ask [email 1] or [email 1], else [ip address 1].", TEXT),
    ],
)
def test_a_quote_of_the_redacted_text_leads_back_to_the_original(quote: str, original: str) -> None:
    redacted = Redacted.of(TEXT, FOUND)
    begin = redacted.text.index(quote)
    start, end = redacted.original_span(begin, begin + len(quote))
    assert TEXT[start:end] == original


def test_overlapping_findings_become_one_under_the_kind_of_the_longest() -> None:
    redacted = Redacted.of(
        "abcdefghij", [Finding(4, 6, "b"), Finding(1, 5, "a"), Finding(5, 9, "c")]
    )
    assert redacted.text == "a[a 1]j"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 4), (-1, 3), (0, 1000)])
def test_a_span_that_is_none_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="the span"):
        Redacted.of(TEXT, FOUND).original_span(start, end)


@st.composite
def redactions(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    text = draw(st.text("ab1 @é", min_size=1, max_size=40))
    place = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(place, place), max_size=6))
    return text, [Finding(a, b, draw(st.sampled_from("xy"))) for a, b in spans if a < b]


@given(redactions(), st.data())
def test_whatever_is_kept_is_found_where_it_stood(
    made: tuple[str, list[Finding]], data: st.DataObject
) -> None:
    text, findings = made
    redacted = Redacted.of(text, findings)
    hidden = {n for f in findings for n in range(f.start, f.end)}

    assert redacted.original_span(0, len(redacted.text)) == (0, len(text))
    position = data.draw(st.integers(0, len(redacted.text) - 1))
    start, end = redacted.original_span(position, position + 1)
    if end - start == 1 and start not in hidden:
        assert text[start] == redacted.text[position]
    else:
        assert set(range(start, end)) <= hidden
    kept = "".join(c for n, c in enumerate(text) if n not in hidden)
    rest = iter(redacted.text)
    assert all(c in rest for c in kept), "what is kept stays in its order"


def test_none_takes_nothing_out() -> None:
    assert not build_redactor("none").redact(TEXT).changed


def test_an_unknown_redactor_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"GRADER_LLM_REDACTION.*none, presidio"):
        build_redactor("magic")
