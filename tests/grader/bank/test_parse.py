from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import ReferenceAnswer, load_rubric, parse_rubric, read_rubric
from grader.errors import BadInput, Problem, RubricInvalid
from grader.types import FollowUpStyle, Kind, Level, Rubric, Severity, Status, Verdict
from tests.grader.factories import document, full_document

VALID = """\
id: queue-basics
version: 1.0.0
status: published
question: What is a queue for?
kind: technical
level: mid
topics: [messaging]
reference_answer: It decouples.
points:
  - id: decouples
    claim: Producers need not wait.
    weight: 2
  - id: buffers
    claim: Bursts are held.
    weight: 1
mistakes:
  - id: always-sync
    claim: The producer waits.
    penalty: 1
  - id: always-once
    claim: Nothing comes twice.
    penalty: 1
follow_ups:
  - id: ask-burst
    ask: What of a burst?
    targets: [buffers, always-sync]
    style: probe
examples:
  - answer: It holds bursts.
    points: {decouples: missing, buffers: covered}
    mistakes: {always-sync: false}
"""

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_rubric(content: str | bytes) -> Path:
        path = tmp_path / "queue-basics.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_rubric


def edited(old: str, new: str) -> str:
    assert old in VALID, "the table edits text that is not there"
    return VALID.replace(old, new, 1)


def problems_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(RubricInvalid) as caught:
        load_rubric(path, {})
    return caught.value.problems


def test_a_valid_file_loads(write: Write) -> None:
    rubric = load_rubric(write(VALID), {})

    assert (rubric.id, rubric.version, rubric.status) == (
        "queue-basics",
        "1.0.0",
        Status.PUBLISHED,
    )
    assert (rubric.kind, rubric.level, rubric.topics) == (Kind.TECHNICAL, Level.MID, ("messaging",))
    assert [(p.id, p.claim, p.weight) for p in rubric.points] == [
        ("decouples", "Producers need not wait.", 2),
        ("buffers", "Bursts are held.", 1),
    ]
    assert rubric.mistakes[0].severity is Severity.MAJOR
    assert rubric.follow_ups[0].targets == ("buffers", "always-sync")
    assert rubric.follow_ups[0].style is FollowUpStyle.PROBE
    assert rubric.examples[0].points == {
        "decouples": Verdict.MISSING,
        "buffers": Verdict.COVERED,
    }
    assert rubric.total_weight == 3


def test_every_field_of_the_format_is_read() -> None:
    given_document = full_document()

    rubric = parse_rubric(given_document)

    assert rubric.model_dump(mode="json", exclude_defaults=True) == given_document | {
        "options": [
            given_document["options"][0],
            {"id": "second", "text": "It sorts.", "correct": False},
        ]
    }


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_file_loads_to_the_same_rubric(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "queue.json"
    path.write_text(json.dumps(full_document(), indent=indent), encoding="utf-8")

    assert load_rubric(path, {}) == parse_rubric(full_document())


def test_a_json_file_may_be_indented_by_tabs(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    path.write_text(json.dumps(document(), indent="\t"), encoding="utf-8")

    assert load_rubric(path, {}) == parse_rubric(document())


def test_a_json_file_may_escape_what_is_not_ascii(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    path.write_text(json.dumps(document(question="Why queue 🎉?")), encoding="ascii")

    assert load_rubric(path, {}).question == "Why queue 🎉?"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "one", "id": "two", "version": "1.0.0"}', "'id' is given twice"),
        (json.dumps(document(reference_answer="x" * 500_000)), "at most 500,000"),
    ],
    ids=["a key given twice", "far too long"],
)
def test_a_json_file_is_held_to_the_same_rules(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "queue.json"
    path.write_text(content, encoding="utf-8")

    assert any(message in problem.message for problem in problems_of(path))


def test_a_byte_order_mark_before_json_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(document()).encode())

    assert load_rubric(path, {}) == parse_rubric(document())


@pytest.mark.parametrize(
    "path",
    [
        ("reference_answer",),
        ("mistakes", 0, "correction"),
        ("options", 0, "explanation"),
        ("examples", 0, "rater"),
    ],
    ids=str,
)
def test_half_a_surrogate_pair_is_refused(path: tuple[str | int, ...]) -> None:
    sent: Any = full_document()
    place = sent
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "half \ud83d of it"

    with pytest.raises(RubricInvalid):
        parse_rubric(sent)


def test_a_byte_order_mark_is_passed_over(write: Write) -> None:
    assert load_rubric(write(b"\xef\xbb\xbf" + VALID.encode()), {}).id == "queue-basics"


def test_windows_line_ends_change_nothing(write: Write) -> None:
    with_lf = load_rubric(write(VALID), {})

    assert load_rubric(write(VALID.replace("\n", "\r\n")), {}).sha256 == with_lf.sha256


MISTAKES_IN_A_FILE = {
    "missing weight": ("    weight: 2\n", "", 10, "points[0].weight", "give the point a weight"),
    "missing penalty": ("    penalty: 1\n", "", 17, "mistakes[0].penalty", "give the mistake a"),
    "missing id": ("id: queue-basics\n", "", 1, "id", "missing"),
    "missing claim": ("    claim: Bursts are held.\n", "", 13, "points[1].claim", "missing"),
    "zero weight": ("weight: 2", "weight: 0", 12, "points[0].weight", "above 0, not 0"),
    "negative weight": ("weight: 2", "weight: -2", 12, "points[0].weight", "above 0, not -2"),
    "weight not a number": (
        "weight: 2",
        "weight: .nan",
        12,
        "points[0].weight",
        "above 0, not nan",
    ),
    "endless weight": ("weight: 2", "weight: .inf", 12, "points[0].weight", "above 0, not inf"),
    "word for a weight": ("weight: 2", "weight: heavy", 12, "points[0].weight", "'heavy'"),
    "empty weight": ("weight: 2", "weight:", 12, "points[0].weight", "not empty"),
    "list for a weight": ("weight: 2", "weight: [2]", 12, "points[0].weight", "not a list"),
    "zero penalty": ("penalty: 1", "penalty: 0", 19, "mistakes[0].penalty", "above 0, not 0"),
    "unknown field": ("kind: technical", "kindd: technical", 5, "kindd", "did you mean 'kind'"),
    "unknown field far from any": ("kind:", "zzzz:", 5, "zzzz", "unknown field; remove it"),
    "unknown field of a point": (
        "    weight: 1\n",
        "    weight: 1\n    requird: true\n",
        16,
        "points[1].requird",
        "did you mean 'required'",
    ),
    "unknown field of a follow-up": (
        "    style: probe",
        "    stile: probe",
        27,
        "follow_ups[0].stile",
        "did you mean 'style'",
    ),
    "bad kind": ("kind: technical", "kind: quiz", 5, "kind", "'behavioural'"),
    "bad level": ("level: mid", "level: wizard", 6, "level", "not 'wizard'"),
    "bad status": ("status: published", "status: live", 3, "status", "'draft', 'published' or"),
    "bad style": ("style: probe", "style: nag", 27, "follow_ups[0].style", "'hint'"),
    "bad verdict": (
        "buffers: covered",
        "buffers: good",
        30,
        "examples[0].points.buffers",
        "'good'",
    ),
    "text for a list": ("topics: [messaging]", "topics: messaging", 7, "topics", "must be a list"),
    "list for text": ("question: What is a queue for?", "question: [a]", 4, "question", "be text"),
    "text for a point": (
        "    weight: 1\n",
        "    weight: 1\n  - just text\n",
        16,
        "points[2]",
        "must be a mapping, not 'just text'",
    ),
    "number for text": ("claim: Bursts are held.", "claim: 5", 14, "points[1].claim", "in quotes"),
    "number for a version": ("version: 1.0.0", "version: 1.0", 2, "version", "be text, not 1.0"),
    "yes for text": ("claim: Bursts are held.", "claim: yes", 14, "points[1].claim", "in quotes"),
    "empty question": ("question: What is a queue for?", "question: '  '", 4, "question", "empty"),
    "bad slug": ("id: queue-basics", "id: Queue Basics", 1, "id", "joined by hyphens"),
    "slug with an underscore": (
        "id: always-once",
        "id: always_once",
        20,
        "mistakes[1].id",
        "hyphens",
    ),
    "slug too long": ("id: queue-basics", "id: " + "a" * 81, 1, "id", "80 characters"),
    "bad topic": ("[messaging]", "[Message Queues]", 7, "topics[0]", "joined by hyphens"),
    "bad version": ("version: 1.0.0", "version: v1", 2, "version", "like 1.0.0, not 'v1'"),
    "version with two parts": ("version: 1.0.0", "version: '1.0'", 2, "version", "like 1.0.0"),
    "follow-up without target": (
        "targets: [buffers, always-sync]",
        "targets: []",
        26,
        "follow_ups[0].targets",
        "at least one entry",
    ),
    "unknown target": (
        "targets: [buffers, always-sync]",
        "targets: [buffers, nothing]",
        26,
        "follow_ups[0].targets[1]",
        "unknown target 'nothing'",
    ),
    "follow-up that targets a follow-up": (
        "targets: [buffers, always-sync]",
        "targets: [ask-burst]",
        26,
        "follow_ups[0].targets[0]",
        "unknown target 'ask-burst'",
    ),
    "unknown point in an example": (
        "{decouples: missing, ",
        "{decoupled: missing, ",
        30,
        "examples[0].points.decoupled",
        "'decoupled' is not the id of one of the points",
    ),
    "point's id labelled as a mistake": (
        "mistakes: {always-sync: false}",
        "mistakes: {buffers: false}",
        31,
        "examples[0].mistakes.buffers",
        "'buffers' is not the id of one of the mistakes",
    ),
    "options of a question that is not multiple choice": (
        "examples:\n",
        "options:\n  - {id: a, text: One, correct: true}\nexamples:\n",
        28,
        "options",
        "only a multiple_choice question has options",
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    MISTAKES_IN_A_FILE.values(),
    ids=MISTAKES_IN_A_FILE.keys(),
)
def test_a_mistake_is_reported_with_file_line_and_field(
    write: Write, old: str, new: str, line: int, field: str, message: str
) -> None:
    path = write(edited(old, new))

    [problem] = problems_of(path)

    assert (problem.file, problem.line, problem.where) == (str(path), line, field)
    assert message in problem.message
    assert problem.severity == "error"
    assert str(problem).startswith(f"{path}:{line}: {field}: ")


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "first"),
    [
        ("id: buffers", "id: decouples", 13, "points[1].id", "points[0].id"),
        ("id: always-sync", "id: decouples", 17, "mistakes[0].id", "points[0].id"),
        ("id: ask-burst", "id: always-sync", 24, "follow_ups[0].id", "mistakes[0].id"),
        ("id: ask-burst", "id: decouples", 24, "follow_ups[0].id", "points[0].id"),
    ],
)
def test_a_repeated_id_is_reported_with_both_places(
    write: Write, old: str, new: str, line: int, field: str, first: str
) -> None:
    repeated = [p for p in problems_of(write(edited(old, new))) if "already used" in p.message]

    assert [(p.line, p.where) for p in repeated] == [(line, field)]
    assert first in repeated[0].message


def test_an_id_repeated_three_times_is_reported_twice(write: Write) -> None:
    text = edited("id: buffers", "id: decouples").replace("id: always-once", "id: decouples")

    places = [p.where for p in problems_of(write(text)) if "already used" in p.message]

    assert places == ["points[1].id", "mistakes[1].id"]


def test_a_rubric_needs_a_point(write: Write) -> None:
    start, end = VALID.index("points:\n"), VALID.index("mistakes:\n")

    problems = problems_of(write(VALID[:start] + "points: []\n" + VALID[end:]))

    assert (9, "points") in [(p.line, p.where) for p in problems]
    [problem] = [p for p in problems if p.where == "points"]
    assert "at least one entry" in problem.message


def test_all_errors_of_a_file_come_at_once_in_the_order_of_their_lines(write: Write) -> None:
    text = (
        VALID.replace("version: 1.0.0", "version: one")
        .replace("weight: 2", "weight: -1")
        .replace("    penalty: 1\n", "    penalty: 1\n    penalty: 2\n", 1)
        .replace("targets: [buffers,", "targets: [nothing,")
        .replace("reference_answer: It decouples.", "reference: messaging/none.md")
        + "surprise: 1\n"
    )

    problems = problems_of(write(text))

    assert [(p.line, p.where) for p in problems] == [
        (2, "version"),
        (8, "reference"),
        (12, "points[0].weight"),
        (20, "mistakes[0]"),
        (27, "follow_ups[0].targets[0]"),
        (33, "surprise"),
    ]


def test_the_error_renders_one_line_per_problem_and_lists_them_for_machines(write: Write) -> None:
    path = write(edited("version: 1.0.0", "version: one").replace("level: mid", "level: high"))

    with pytest.raises(RubricInvalid) as caught:
        load_rubric(path, {})

    assert isinstance(caught.value, BadInput)
    assert [line.split(": ")[:2] for line in str(caught.value).splitlines()] == [
        [f"{path}:2", "version"],
        [f"{path}:6", "level"],
    ]
    errors = caught.value.details()["errors"]
    assert [(e["field"], e["file"], e["line"]) for e in errors] == [
        ("version", str(path), 2),
        ("level", str(path), 6),
    ]


def test_the_reference_answer_is_taken_from_the_corpus(write: Write) -> None:
    source = "messaging/queues.md"
    corpus = {source: ReferenceAnswer(source=source, title="Queues", text="A queue decouples.")}
    path = write(edited("reference_answer: It decouples.", f"reference: {source}"))

    rubric = load_rubric(path, corpus)

    assert (rubric.reference, rubric.reference_answer) == (source, "A queue decouples.")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("messaging/queue.md", "did you mean 'messaging/queues.md'?"),
        ("zzz.md", "add it under corpus/ or use reference_answer"),
    ],
)
def test_an_unknown_reference_is_reported(write: Write, reference: str, message: str) -> None:
    source = "messaging/queues.md"
    corpus = {source: ReferenceAnswer(source=source, title="Queues", text="A queue decouples.")}
    path = write(edited("reference_answer: It decouples.", f"reference: {reference}"))

    with pytest.raises(RubricInvalid) as caught:
        load_rubric(path, corpus)

    [problem] = caught.value.problems
    assert (problem.line, problem.where) == (8, "reference")
    assert reference in problem.message
    assert message in problem.message


UNREADABLE: dict[str, tuple[str | bytes, int, str]] = {
    "unclosed bracket": ("id: a\ntopics: [one\nkind: technical\n", 3, "not valid YAML"),
    "stray colon": ("id: a\nquestion: why: not\n", 2, "not valid YAML"),
    "tab for indentation": ("id: a\npoints:\n\t- id: b\n", 3, "not valid YAML"),
    "two documents": ("id: a\n---\nid: b\n", 2, "not valid YAML"),
    "a list": ("- id: a\n", 1, "is a mapping that begins with 'id:'; this is a list"),
    "text": ("only words", 1, "this is 'only words'"),
    "nothing": ("", 1, "this is empty"),
    "only a comment": ("# nothing\n", 1, "this is empty"),
    "not UTF-8": (b"id: caf\xe9\n", 1, "not UTF-8 at byte 7"),
    "far too long": ("id: a\n" + "# filler\n" * 60_000, 1, "at most 500,000"),
    "nested without end": ("[" * 1_000, 1, "deep nesting"),
}


@pytest.mark.parametrize(("content", "line", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_is_no_rubric_at_all_has_one_problem(
    write: Write, content: str | bytes, line: int, message: str
) -> None:
    path = write(content)

    [problem] = problems_of(path)

    assert (problem.file, problem.line, problem.where) == (str(path), line, "")
    assert message in problem.message


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path / "none.yaml")

    assert problem.file == str(tmp_path / "none.yaml")
    assert "cannot be read" in problem.message


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\x7f", "\ufffe"])
def test_a_control_character_is_reported(write: Write, character: str) -> None:
    path = write(edited("What is a queue", f"What is{character} a queue"))

    assert "not valid YAML" in problems_of(path)[0].message


@pytest.mark.parametrize("date", ["2026-02-28", "2026-02-31"])
def test_a_date_is_read_as_text(write: Write, date: str) -> None:
    path = write(edited("claim: Bursts are held.", f"claim: {date}"))

    assert load_rubric(path, {}).points[1].claim == date


def test_a_key_given_twice_is_reported_with_both_lines(write: Write) -> None:
    path = write(edited("kind: technical\n", "kind: technical\nquestion: Another?\n"))

    [problem] = problems_of(path)

    assert problem.line == 6
    assert problem.message == "'question' is given twice, first at line 4"


def test_a_key_given_twice_in_a_point_is_reported(write: Write) -> None:
    path = write(edited("    weight: 1\n", "    weight: 1\n    weight: 3\n"))

    [problem] = problems_of(path)

    assert (problem.line, problem.where) == (16, "points[1]")
    assert "first at line 15" in problem.message


def test_aliases_are_refused_not_expanded(write: Write) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)
    )

    problems = problems_of(write(VALID + bomb))

    refused = [p for p in problems if "aliases" in p.message]
    assert len(refused) == 29 * 10
    assert refused[0].where == "a1[0]"


def test_an_alias_of_itself_is_refused(write: Write) -> None:
    problems = problems_of(write(VALID + "loop: &loop [*loop]\n"))

    assert ("loop[0]", 32) in [(p.where, p.line) for p in problems if "aliases" in p.message]


def test_a_merge_key_is_not_applied(write: Write) -> None:
    path = write(edited("kind: technical", "<<: {kind: behavioural}"))

    assert [(p.line, p.where) for p in problems_of(path)] == [(5, "<<")]


def test_deep_nesting_is_refused(write: Write) -> None:
    problems = problems_of(write(VALID + "deep: " + "[" * 40 + "]" * 40 + "\n"))

    [problem] = [p for p in problems if "deep nesting" in p.message]
    assert problem.line == 32


def test_a_python_tag_is_not_carried_out(write: Write, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    tag = f'!!python/object/apply:pathlib.Path.touch [!!python/object/new:pathlib.Path ["{trap}"]]'

    assert problems_of(write(edited("kind: technical", f"kind: {tag}")))
    assert not trap.exists()


def test_a_python_tag_on_text_is_not_yaml_we_read(write: Write) -> None:
    [problem] = problems_of(write(edited("kind: technical", "kind: !!python/name:os.system ''")))

    assert problem.line == 5
    assert "not valid YAML" in problem.message


@pytest.mark.parametrize("data", [None, 5, "text", [], [document()], True])
def test_an_inline_document_must_be_a_mapping(data: object) -> None:
    with pytest.raises(RubricInvalid, match="a rubric is a mapping"):
        parse_rubric(data)


def test_problems_of_an_inline_document_have_no_file_and_no_line() -> None:
    with pytest.raises(RubricInvalid) as caught:
        parse_rubric(document(version="one", level="high"))

    assert [(p.where, p.file, p.line) for p in caught.value.problems] == [
        ("version", "", 0),
        ("level", "", 0),
    ]
    assert [set(error) for error in caught.value.details()["errors"]] == [{"field", "message"}] * 2


def test_an_inline_document_is_left_as_it_was() -> None:
    source = "messaging/queues.md"
    corpus = {source: ReferenceAnswer(source=source, title="Queues", text="It decouples.")}
    sent = document(reference=source)

    rubric = parse_rubric(sent, corpus)

    assert rubric.reference_answer == "It decouples."
    assert sent == document(reference=source)


def test_a_rubric_whose_only_point_is_bad_is_not_told_that_it_has_none() -> None:
    with pytest.raises(RubricInvalid) as caught:
        parse_rubric(document(points=[{"id": "decouples", "claim": "It does."}]))

    assert [p.where for p in caught.value.problems] == ["points[0].weight"]


@pytest.mark.parametrize(
    "change",
    [{"weight": True}, {"weight": "3"}, {"required": "yes"}, {"required": 1}],
    ids=["yes for a weight", "text for a weight", "text for a yes", "number for a yes"],
)
def test_a_value_of_another_type_is_not_quietly_converted(change: dict[str, Any]) -> None:
    with pytest.raises(RubricInvalid):
        parse_rubric(document(points=[{"id": "a", "claim": "It does.", "weight": 1} | change]))


def test_a_label_of_a_superscript_digit_is_reported() -> None:
    with pytest.raises(RubricInvalid, match="is not the id of one of the points"):
        parse_rubric(document(examples=[{"answer": "It does.", "points": {"²": "covered"}}]))


def test_a_label_that_looks_like_a_path_is_reported(write: Write) -> None:
    [problem] = problems_of(write(edited("{decouples: missing, ", "{'a.b[3].c': missing, ")))

    assert problem.line == 30
    assert "'a.b[3].c' is not the id of one of the points" in problem.message


def parsed(sent: Any) -> tuple[Rubric | None, tuple[Problem, ...]]:
    try:
        return parse_rubric(sent), ()
    except RubricInvalid as error:
        return None, error.problems


scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text("ab1-. \n", max_size=5)
flat = st.lists(scalars, max_size=3) | st.dictionaries(
    st.text("ab1.", max_size=3), scalars, max_size=3
)
json_like = scalars | flat | st.lists(flat, max_size=2)


@given(field=st.sampled_from(sorted(full_document())), value=json_like)
def test_whatever_a_field_holds_the_only_error_is_that_the_rubric_is_invalid(
    field: str, value: Any
) -> None:
    rubric, problems = parsed(full_document() | {field: value})

    assert all(problem.message for problem in problems)
    if rubric is None:
        assert problems
    else:
        assert parse_rubric(rubric.model_dump(mode="json")) == rubric


@given(
    part=st.sampled_from(["points", "mistakes", "follow_ups", "options", "examples"]),
    data=st.data(),
)
def test_whatever_an_entry_holds_the_problem_is_inside_it(part: str, data: st.DataObject) -> None:
    sent = full_document()
    sent[part] = [*sent[part], dict(sent[part][0])]
    entry = sent[part][-1]
    entry[data.draw(st.sampled_from(sorted(entry)))] = data.draw(json_like)
    place = f"{part}[{len(sent[part]) - 1}]"

    _, problems = parsed(sent)

    assert [p for p in problems if not p.where.startswith(place)] == []


@pytest.mark.parametrize("style", [None, "'", '"', "|", ">"])
def test_the_style_of_the_file_does_not_matter(write: Write, style: str | None) -> None:
    text = yaml.safe_dump(full_document(), default_style=style, sort_keys=style is None)

    assert load_rubric(write(text), {}) == parse_rubric(full_document())


def test_text_is_read_as_its_file_is() -> None:
    with pytest.raises(RubricInvalid) as caught:
        read_rubric(VALID.replace("weight: 2", "weight: heavy"), {}, "sent.yaml")

    assert [(p.file, p.line, p.where) for p in caught.value.problems] == [
        ("sent.yaml", 12, "points[0].weight")
    ]
    assert read_rubric(VALID, {}) == parse_rubric(yaml.safe_load(VALID))


@pytest.mark.parametrize(
    "number", ["1:" * 100_000 + "1", "1:" * 5000 + "1.5", "0x" + "f" * 10_000, "9" * 10_000]
)
def test_a_number_that_nobody_can_use_is_a_problem(write: Write, number: str) -> None:
    problems = problems_of(write(VALID.replace("weight: 2", f"weight: {number}")))

    assert problems
    assert all(len(problem.message) < 300 for problem in problems)


def test_a_number_of_thousands_of_digits_in_json_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "queue-basics.json"
    path.write_text(json.dumps(document()).replace(": 2}", ": " + "9" * 10_000 + "}"))

    assert "not valid JSON" in problems_of(path)[0].message
