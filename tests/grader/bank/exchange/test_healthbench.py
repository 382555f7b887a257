"""HealthBench's own objects, and what can be wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.bank.exchange import Imported, read_healthbench
from grader.errors import RubricInvalid
from grader.types import Rubric, Severity, Status

FILE = "rubrics.jsonl"


def item(criterion: str = "States that it rains.", points: Any = 3, *tags: str) -> dict[str, Any]:
    return {"criterion": criterion, "points": points, "tags": list(tags)}


def example(*items: Any, **changes: Any) -> dict[str, Any]:
    """One object as the data set has them."""
    return {
        "example_tags": [],
        "ideal_completions_data": None,
        "prompt": [{"role": "user", "content": "My neighbour does not breathe. What do I do?"}],
        "prompt_id": "1f548d5b-0000-4000-8000-000000000000",
        "rubrics": list(items or (item(),)),
        **changes,
    }


def read(*examples: Any, **options: Any) -> Imported:
    return read_healthbench("\n".join(map(json.dumps, examples)), FILE, **options)


def only(*examples: Any, **options: Any) -> Rubric:
    [rubric] = read(*examples, **options).rubrics
    return rubric


def problems(*examples: Any, **options: Any) -> list[str]:
    with pytest.raises(RubricInvalid) as caught:
        read(*examples, **options)
    return [str(problem) for problem in caught.value.problems]


def test_positive_criteria_are_points_and_negative_ones_mistakes() -> None:
    rubric = only(
        example(
            item("States that emergency services are to be called.", 10, "axis:accuracy"),
            item("Advises to wait and see.", -8),
            item("Explains chest compressions.", 7.5),
            example_tags=["theme:emergency_referrals"],
            ideal_completions_data={
                "ideal_completion": "Call for help.",
                "ideal_completions_group": "Group 1",
                "ideal_completions_ref_completions": [],
            },
        )
    )
    assert rubric.status is Status.DRAFT
    assert rubric.question == "My neighbour does not breathe. What do I do?"
    assert [(p.claim, p.weight) for p in rubric.points] == [
        ("States that emergency services are to be called.", 10),
        ("Explains chest compressions.", 7.5),
    ]
    assert [(m.claim, m.penalty) for m in rubric.mistakes] == [("Advises to wait and see.", 8)]
    assert rubric.topics == ("emergency-referrals",)
    assert rubric.reference_answer == "Call for help."


def test_tags_that_we_know_are_fields() -> None:
    rubric = only(
        example(
            item("It rains.", 1, "id:rain", "required"),
            item("It snows.", -1, "id:snow", "severity:critical"),
        )
    )
    assert (rubric.points[0].id, rubric.points[0].required) == ("rain", True)
    assert (rubric.mistakes[0].id, rubric.mistakes[0].severity) == ("snow", Severity.CRITICAL)


def test_ids_are_made_of_the_words_and_do_not_hang_on_the_order() -> None:
    texts = [
        "States that emergency services are to be called.",
        "States that emergency services are to be called, and that at once.",
        "Explains chest compressions.",
    ]
    forth = only(example(*(item(text) for text in texts)))
    back = only(example(*(item(text) for text in reversed(texts))))
    assert {p.claim: p.id for p in forth.points} == {p.claim: p.id for p in back.points}
    assert len({p.id for p in forth.points}) == 3
    assert forth.points[2].id == "explains-chest-compressions"


def test_text_without_latin_letters_has_an_id_all_the_same() -> None:
    first, second = only(example(item("雨が降っている。"), item("雪が降っている。"))).points
    assert first.id.startswith("entry-")
    assert first.id != second.id


def test_equal_criteria_and_equal_questions_are_numbered() -> None:
    imported = read(example(item(), item()), example())
    assert len({r.id for r in imported.rubrics}) == 2
    assert len({p.id for p in imported.rubrics[0].points}) == 2


def test_a_bare_list_of_criteria_needs_a_question() -> None:
    assert problems([item()]) == [
        f"{FILE}: prompt: there is no question; give one, with --question or here"
    ]
    assert only([item()], question="Does it rain?").question == "Does it rain?"


def test_one_object_a_list_of_them_and_lines_are_read() -> None:
    for text in (
        json.dumps(example()),
        json.dumps([example()], indent=2),
        "\ufeff" + json.dumps(example()) + "\r\n\r\n",
        json.dumps(example()) + "\n",
    ):
        assert len(read_healthbench(text).rubrics) == 1
    assert len(read(example(), example(prompt="Why?")).rubrics) == 2


def test_what_is_left_out_is_said_with_its_line() -> None:
    turns = [{"role": role, "content": role} for role in ("user", "assistant", "user")]
    imported = read(
        example(canary="healthbench"),
        example(
            item("It rains.", 1, "axis:accuracy", "level:example"),
            prompt=turns,
            example_tags=["physician_agreed_category:emergent"],
            notes="x",
        ),
    )
    said = [str(each) for each in imported.losses if each.line == 2]
    assert said == [
        f"{FILE}:2: prompt: a conversation of 3 messages is now one question",
        f"{FILE}:2: example_tags: tag left out: physician_agreed_category:emergent",
        f"{FILE}:2: left out: notes",
        f"{FILE}:2: rubrics: tags left out: axis:accuracy, level:example",
        (
            f"{FILE}:2: rubrics: criteria taken as they stand: 1; word each as the claim itself, "
            "as an answer would say it"
        ),
    ]
    assert imported.rubrics[1].question == "user: user\n\nassistant: assistant\n\nuser: user"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (7, "must be an object with 'rubrics'"),
        ({"prompt": "Why?"}, "must be an object with 'rubrics'"),
        (example(7), "rubrics[0]: must be an object"),
        (example(item(points=0)), "rubrics[0].points: must be a number other than 0"),
        (example(item(points=True)), "rubrics[0].points: must be a number"),
        (example(item(points="3")), "rubrics[0].points: must be a number"),
        (example(item(), item(points=5000)), "rubrics[1].points: must be at most 1000, not 5000"),
        (example(item(), item(points=-5000)), "rubrics[1].points: must be at most 1000, not 5000"),
        (example(item(" ")), "rubrics[0].criterion: must be text, and not empty"),
        (example(item(points=-1)), "rubrics: no criterion has points above 0"),
        (example(item("A.", 1, "id:Bad Id")), "rubrics[0].tags: must be lower-case words"),
        (example(item(), item("B.", -1, "severity:big")), "rubrics[1].tags: must be 'minor', "),
        (example(item() | {"tags": "x"}), "rubrics[0].tags: must be a list of texts"),
        (example(item() | {"grader": 1}), "rubrics[0].grader: must be an object"),
        (example(item() | {"grader": {"accept": 1}}), "rubrics[0].grader.accept: must be a list"),
        (example(prompt=[]), "prompt: must be a list of messages"),
        (example(prompt=[{"role": "user", "content": [1]}]), "prompt: must be a list of messages"),
        (example(grader={"version": "one"}), "grader.version: must be a version like 1.0.0"),
        (example(grader={"id": 5}), "grader.id: must be text, not 5"),
        (example(ideal_completions_data={"ideal_completion": 4}), "ideal_completions_data: "),
        (
            example(grader={"follow_ups": [{"id": "a", "ask": "b?", "targets": ["none"]}]}),
            "grader.follow_ups[0].targets[0]: unknown target 'none'",
        ),
        (
            example(item("A.", 1, "id:same"), item("B.", -1, "id:same")),
            "rubrics[1].tags: id 'same' is already used at rubrics[0]",
        ),
    ],
)
def test_a_problem_has_its_line_and_path(given: Any, said: str) -> None:
    [first, *_] = problems(example(prompt="Is this right?"), given)
    assert first.startswith(f"{FILE}:2: {said}")


def test_in_a_json_list_a_problem_has_its_path() -> None:
    text = json.dumps([example(), example(item(), item(points=0))])
    with pytest.raises(RubricInvalid, match=r"^r\.json: \[1\]\.rubrics\[1\]\.points: must be"):
        read_healthbench(text, "r.json")


def test_all_problems_of_all_lines_are_named() -> None:
    found = problems(example(item(points=0), 7), example(), example(prompt=4))
    assert [line.split(": ")[0] for line in found] == [f"{FILE}:1", f"{FILE}:1", f"{FILE}:3"]


def test_the_same_version_twice_is_refused() -> None:
    carried = {"id": "rain", "version": "1.0.0"}
    [said] = problems(example(grader=carried), example(grader=carried))
    assert said == f"{FILE}:2: 'rain' 1.0.0 is there already, at line 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("{oops", "r.json:1: not valid JSON"),
        ('{\n"a": 1,\n}', "r.json:3: not valid JSON"),
        ('{"a": 1}\n{oops', "r.json:2: not valid JSON"),
        ('{"a": NaN}', "NaN is no number"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "r.json:1: there is no example to make a rubric of"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(RubricInvalid, match=said.replace(".", r"\.")):
        read_healthbench(text, "r.json")
