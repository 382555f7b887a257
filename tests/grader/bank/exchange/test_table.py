"""Tables as people write them, and what can be wrong with them."""

from __future__ import annotations

import csv
import io

import pytest

from grader.bank import ReferenceAnswer, parse_rubric
from grader.bank.exchange import read_table, write_table
from grader.errors import RubricInvalid
from grader.types import FollowUpStyle, Kind, Rubric, Severity
from tests.grader.factories import full_document

SMALL = """\
rubric_id,type,id,text,weight,question
queue,point,,The producer need not wait.,2,What is a queue good for?
queue,mistake,,Messages always arrive in order.,1,
"""


def only(text: str) -> Rubric:
    [rubric] = read_table(text).rubrics
    return rubric


def problems(text: str) -> list[str]:
    with pytest.raises(RubricInvalid) as caught:
        read_table(text, "t.csv")
    return [str(problem) for problem in caught.value.problems]


def test_a_few_columns_are_enough() -> None:
    rubric = only(SMALL)
    assert (rubric.id, rubric.version, rubric.question) == (
        "queue",
        "0.1.0",
        "What is a queue good for?",
    )
    assert [(p.id, p.weight) for p in rubric.points] == [("producer-need-not-wait", 2)]
    assert [(m.penalty, m.severity) for m in rubric.mistakes] == [(1, Severity.MAJOR)]


def test_one_row_for_each_entry() -> None:
    rows = list(csv.DictReader(io.StringIO(write_table([parse_rubric(full_document())]).text[1:])))
    assert [row["type"] for row in rows] == [
        *("point", "point", "mistake", "mistake", "follow_up", "option", "option"),
    ]
    assert rows[0]["accept"] == "The sender goes on at once.\nBoth sides run apart."
    assert rows[0]["topics"] == "messaging\nqueues"
    assert (rows[0]["weight"], rows[1]["weight"]) == ("2", "1.5")
    assert [row["question"] != "" for row in rows] == [True, *[False] * 6]


def test_what_people_write_is_read() -> None:
    rubric = only(
        "rubric_id,version,type,id,text,weight,required,accept,targets,style,kind\r\n"
        'q,,Point,a, One. ,1,YES,"first\r\n\r\n second ",,,\r\n'
        "\r\n"
        "q,1.0.0,Follow-up,,Why?,,,,a,hint,incident\r\n"
        ",,,,,,,,,,\r\n".replace("kind\r\n", "kind,question\r\n").replace(
            ",incident\r\n", ",incident,What?\r\n"
        )
    )
    assert rubric.version == "1.0.0"
    assert rubric.kind is Kind.INCIDENT
    assert rubric.points[0].required
    assert rubric.points[0].accept == ("first", "second")
    assert rubric.points[0].claim == "One."
    assert rubric.follow_ups[0].style is FollowUpStyle.HINT
    assert rubric.follow_ups[0].targets == ("a",)


def test_formulas_are_text_that_starts_with_an_apostrophe() -> None:
    rubric = parse_rubric(full_document() | {"question": '=HYPERLINK("x")', "examples": []})
    text = write_table([rubric]).text
    assert """"'=HYPERLINK(""x"")\"""" in text
    assert only(text).question == '=HYPERLINK("x")'


def test_a_reference_may_be_named_that_the_corpus_has() -> None:
    text = SMALL.replace(",question\n", ",question,reference\n").replace(
        "good for?\n", "good for?,queues.md\n"
    )
    with pytest.raises(RubricInvalid, match=r"t\.csv:2: reference: there is no reference answer"):
        read_table(text, "t.csv")
    corpus = {"queues.md": ReferenceAnswer(source="queues.md", title="Queues", text="It buffers.")}
    [rubric] = read_table(text, corpus=corpus).rubrics
    assert rubric.reference_answer == "It buffers."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",2,", ',"2,5",', "t.csv:2: weight: must be a number such as 1.5, not '2,5'"),
        (",2,", ",0,", "t.csv:2: weight: must be a number above 0, not 0.0 (0.001 to 1000)"),
        (",2,", ",nan,", "t.csv:2: weight: must be a number above 0, not nan"),
        (",2,", ",,", "t.csv:2: weight: missing; give the point a weight above 0"),
        (",1,\n", ",,\n", "t.csv:3: weight: missing; give the mistake a penalty above 0"),
        ("point", "pt", "t.csv:2: type: must be point, mistake, follow_up, option, not 'pt'"),
        ("point,,", "point,Bad Id,", "t.csv:2: id: must be lower-case words joined by hyphens"),
        ("queue,mistake", ",mistake", "t.csv:3: rubric_id: must not be empty"),
        ("queue,", "My queue,", "t.csv:2: rubric_id: must be lower-case words"),
        ("The producer need not wait.", "", "t.csv:2: text: missing; it must be given"),
        ("What is a queue good for?", "", "t.csv:2: question: missing; it must be given"),
        ("order.,1,\n", "order.,1,Why?\n", "t.csv:3: question: differs from line 2; give it once"),
        ("order.,1,\n", "order.,1,,,\n", "t.csv:3: has more cells than there are headings"),
        ("question", "qestion", "t.csv:1: qestion: unknown column; did you mean 'question'?"),
        (",type,", ",id,", "t.csv:1: type: there is no such column, and there must be"),
        ("point,,", "point,a,", ""),
    ],
)
def test_a_problem_has_its_line_and_column(old: str, new: str, said: str) -> None:
    text = SMALL.replace(old, new)
    assert text != SMALL
    if not said:
        assert only(text).points[0].id == "a"
        return
    assert problems(text)[0].startswith(said)


def test_lines_are_counted_through_cells_with_line_breaks() -> None:
    text = SMALL.replace("The producer need", '"The producer\nneed').replace("wait.", 'wait."')
    assert problems(text.replace("order.,1", "order.,x"))[0].startswith("t.csv:4: weight: ")


def test_a_cell_of_another_type_of_row_is_not_passed_over() -> None:
    text = SMALL.replace(",question\n", ",question,severity\n").replace(
        "good for?\n", "good for?,major\n"
    )
    assert problems(text) == ["t.csv:2: severity: a point has none; leave the cell empty"]


def test_ids_used_twice_and_unknown_targets_are_named_by_line() -> None:
    text = (
        "rubric_id,type,id,text,weight,targets,question\n"
        "q,point,a,One.,1,,What?\n"
        "q,mistake,a,Two.,1,,\n"
        "q,follow_up,,Why?,,nix,\n"
    )
    assert problems(text) == [
        "t.csv:3: id: id 'a' is already used at line 2; ids must differ",
        "t.csv:4: targets[0]: unknown target 'nix'; name the id of a point or a mistake",
    ]


def test_a_row_must_say_which_of_several_versions_it_means() -> None:
    text = (
        "rubric_id,version,type,text,weight,question\n"
        "q,1.0.0,point,One.,1,What?\n"
        "q,2.0.0,point,Two.,1,What?\n"
        "q,,point,Three.,1,\n"
    )
    assert problems(text) == ["t.csv:4: version: must be given where 'q' has several: 1.0.0, 2.0.0"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.csv:1: rubric_id: there is no such column"),
        ("rubric_id,type,text\n", "t.csv:1: there is no row below the headings"),
        ("rubric_id;type;text\nq;point;x\n", "t.csv:1: cells are separated by semicolons"),
        ('rubric_id,type,text\nq,point,"x\n', "t.csv:2: not CSV: unexpected end of data"),
        ("rubric_id,type,text,text\nq,point,x,y\n", "t.csv:1: text: this column is there twice"),
    ],
)
def test_what_is_no_such_table_is_refused(text: str, said: str) -> None:
    assert problems(text)[0].startswith(said)
