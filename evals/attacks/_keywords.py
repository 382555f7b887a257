"""Attacks that name a question's terms, or say the question again, and state nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from evals.attacks._material import Use, texts
from evals.attacks._types import Attack, Family, Scene
from evals.attacks._writing import (
    Payload,
    enumeration,
    filled,
    insertions,
    terms_of,
)

_Form = Callable[[Sequence[str]], str]

# Ways to set out terms that the rubric holds for speech recognition; an applicant would know them.
_FORMS: Mapping[str, _Form] = {
    "commas": ", ".join,
    "lines": "\n".join,
    "bullets": lambda terms: "\n".join(f"- {term}" for term in terms),
    "numbered": lambda terms: "\n".join(f"{n}. {term}" for n, term in enumerate(terms, start=1)),
    "slashes": " / ".join,
    "pipes": lambda terms: f"| {' | '.join(terms)} |",
    "semicolons": "; ".join,
    "spaces": " ".join,
    "full-stops": lambda terms: " ".join(f"{term}." for term in terms),
    "questions": lambda terms: " ".join(f"{term}?" for term in terms),
    "hashtags": lambda terms: " ".join(f"#{term.replace(' ', '')}" for term in terms),
    "arrows": " -> ".join,
    "plus": " + ".join,
    "json": lambda terms: json.dumps(list(terms)),
    "and": " and ".join,
    "upper-case": lambda terms: ", ".join(terms).upper(),
    "thrice": lambda terms: ", ".join([*terms, *terms, *terms]),
    "labelled": lambda terms: f"Key terms: {', '.join(terms)}",
    "code": lambda terms: "```\n" + "\n".join(terms) + "\n```",
    "mention": lambda terms: f"I would mention {enumeration(terms)}.",
    "all-about": lambda terms: f"It is all about {enumeration(terms)}.",
    "know": lambda terms: " ".join(f"I know {term} well." for term in terms),
    "important": lambda terms: " ".join(f"{term} is important here." for term in terms),
    "such-as": lambda terms: f"There are several concepts, such as {enumeration(terms)}.",
    "depends": lambda terms: f"It depends on {enumeration(terms)}, that goes without saying.",
    "experience": lambda terms: f"I have years of experience with {enumeration(terms)}.",
}

_ALONE = 4


def keyword_attacks() -> list[Attack]:
    """Make lists of terms, and of the claims' own words torn apart."""
    listed = [(name, _listed(form)) for name, form in _FORMS.items()]
    torn: list[tuple[str, Payload]] = [
        ("claim-words-sorted", lambda scene: ", ".join(sorted(_claim_words(scene)))),
        ("claim-words-shuffled", lambda scene: " ".join(_shuffled(scene))),
        ("claim-words-lines", lambda scene: "\n".join(_shuffled(scene))),
        ("claim-words-sorted-by-claim", _sorted_by_claim),
    ]
    return [
        replace(attack, alone=_ALONE)
        for attack in insertions(Family.KEYWORD_LISTS, [*listed, *torn])
    ]


def restating_attacks() -> list[Attack]:
    """Make answers that say what was asked."""
    templates = [
        (f"{number:02}", filled(text))
        for number, text in enumerate(texts(Use.QUESTION_RESTATED), start=1)
    ]
    retold: list[tuple[str, Payload]] = [
        ("in-other-words", lambda scene: scene.material.restatement),
        ("twice", lambda scene: f"{scene.material.rubric.question} {scene.material.restatement}"),
        (
            "with-terms",
            lambda scene: (
                f"{scene.material.restatement} {enumeration(scene.material.rubric.vocabulary)} "
                "belong to it."
            ),
        ),
        (
            "follow-ups",
            lambda scene: " ".join(each.ask for each in scene.material.rubric.follow_ups),
        ),
    ]
    return insertions(Family.QUESTION_RESTATED, templates) + [
        replace(attack, alone=_ALONE * 2) for attack in insertions(Family.QUESTION_RESTATED, retold)
    ]


def _listed(form: _Form) -> Payload:
    return lambda scene: form(scene.material.rubric.vocabulary)


def _claim_words(scene: Scene) -> list[str]:
    return terms_of(" ".join(scene.material.claims))


def _shuffled(scene: Scene) -> list[str]:
    said = sorted(_claim_words(scene))
    return [said[index] for index in scene.rng.permutation(len(said))]


def _sorted_by_claim(scene: Scene) -> str:
    return "\n".join(", ".join(sorted(terms_of(claim))) for claim in scene.material.claims)
