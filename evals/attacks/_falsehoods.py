"""Attacks that sound like the rubric and say the opposite: nothing in them is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from evals.attacks._material import FalseStatement, Use, false_statements, texts
from evals.attacks._types import Attack, Family, Material, Scene
from evals.attacks._writing import fill, in_mid_sentence, inserted
from grader.types import Kind

# Of the questions there are, so many get each way to put their false statements.
_QUESTIONS = 10

_Statements = Callable[[Material], Sequence[str]]


def falsehood_attacks(material: Mapping[str, Material]) -> list[Attack]:
    """Make one attack of each false statement, and answers made of nothing else."""
    return [
        *_single_statements(material),
        *_whole_answers(Family.NEGATED_TRUTHS, lambda each: each.negated),
        *_whole_answers(Family.SWAPS, lambda each: each.swapped),
        *_denials(material),
    ]


def _single_statements(material: Mapping[str, Material]) -> list[Attack]:
    attacks = []
    numbers: dict[str, int] = {}
    for place, row in enumerate(false_statements()):
        if row.rubric_id not in material:
            continue
        family = Family.NEGATED_TRUTHS if row.change == "negation" else Family.SWAPS
        stem = f"{family}/{row.rubric_id}/{row.point_id}"
        numbers[stem] = numbers.get(stem, 0) + 1
        name = stem if numbers[stem] == 1 else f"{stem}-{numbers[stem]}"
        write = inserted(_said(row), place)
        attacks.append(Attack(name, family, write, on=(row.rubric_id,), added=1, alone=0))
    return attacks


def _said(row: FalseStatement) -> Callable[[Scene], str]:
    return lambda _: row.text


def _whole_answers(family: Family, statements: _Statements) -> list[Attack]:
    def framed(frame: str, between: str) -> Callable[[Scene], str]:
        return lambda scene: between.join(
            fill(frame, scene, statement=text) for text in statements(scene.material)
        )

    ways = [(f"frame-{n}", frame, " ") for n, frame in enumerate(texts(Use.STATEMENT_FRAMES), 1)]
    ways.append(("bullets", "- $statement", "\n"))
    return [
        Attack(f"{family}/all-{name}", family, framed(frame, between), added=0, alone=_QUESTIONS)
        for name, frame, between in ways
    ]


def _denials(material: Mapping[str, Material]) -> list[Attack]:
    """Say each claim word for word and reject it.

    Behavioural claims speak of the speaker, and say nothing in an answer's mouth.
    """
    technical = tuple(
        rubric_id
        for rubric_id, each in material.items()
        if each.rubric.kind is not Kind.BEHAVIOURAL
    )
    one_by_one = [
        (f"denied-{number}", _denied(frame))
        for number, frame in enumerate(texts(Use.DENIAL_FRAMES), start=1)
    ]
    all_at_once = [
        (f"all-denied-{number}", _all_denied(frame))
        for number, frame in enumerate(texts(Use.WHOLE_DENIALS), start=1)
    ]
    return [
        Attack(
            f"{Family.NEGATED_TRUTHS}/{name}",
            Family.NEGATED_TRUTHS,
            write,
            on=technical,
            added=0,
            alone=_QUESTIONS,
        )
        for name, write in (*one_by_one, *all_at_once)
    ]


def _all_denied(frame: str) -> Callable[[Scene], str]:
    return lambda scene: fill(
        frame,
        scene,
        claims=" ".join(scene.material.claims),
        bullets="\n".join(f"- {claim}" for claim in scene.material.claims),
    )


def _denied(frame: str) -> Callable[[Scene], str]:
    def write(scene: Scene) -> str:
        rubric = scene.material.rubric
        inside = not frame.startswith(("$claim", '"$claim'))
        return " ".join(
            fill(
                frame,
                scene,
                claim=in_mid_sentence(claim, rubric.vocabulary) if inside else claim,
                bare=in_mid_sentence(claim, rubric.vocabulary).rstrip("."),
            )
            for claim in scene.material.claims
        )

    return write
