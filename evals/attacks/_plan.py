"""The whole suite: every attack, and which answers each of them is tried on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

from evals.attacks._bases import right_answers, wrong_answers
from evals.attacks._falsehoods import falsehood_attacks
from evals.attacks._instructions import instruction_attacks
from evals.attacks._keywords import keyword_attacks, restating_attacks
from evals.attacks._material import load_material
from evals.attacks._oddities import oddities
from evals.attacks._padding import padding_attacks, verbosity_attacks
from evals.attacks._types import (
    Attack,
    BaseAnswer,
    Case,
    Family,
    Material,
    Oddity,
    Rng,
    Scene,
    Side,
)
from evals.datasets import Split, backend_split
from grader.bank import Bank

SEED = 4


class Suite:
    """Attacks, oddities, and the answers they are tried on."""

    def __init__(
        self,
        material: Mapping[str, Material],
        *,
        attacks: Sequence[Attack],
        oddities: Sequence[Oddity],
        wrong: Sequence[BaseAnswer],
        right: Sequence[BaseAnswer],
    ) -> None:
        """Use `Suite.of`, or give parts of your own."""
        self.material = dict(material)
        self.attacks = tuple(attacks)
        self.oddities = tuple(oddities)
        self.wrong = tuple(wrong)
        self.right = tuple(right)

    @classmethod
    def of(cls, bank: Bank) -> Suite:
        """Make the suite for the test questions of the back-end data.

        Raises:
            RubricNotFound: The bank lacks one of them.
        """
        material = load_material(bank, backend_split(Split.TEST))
        return cls(
            material,
            attacks=[
                *instruction_attacks(),
                *restating_attacks(),
                *keyword_attacks(),
                *falsehood_attacks(material),
                *padding_attacks(),
                *verbosity_attacks(),
            ],
            oddities=oddities(),
            wrong=wrong_answers(material),
            right=right_answers(material),
        )

    @property
    def bases(self) -> Mapping[str, BaseAnswer]:
        """Every answer that something is done to, by id."""
        return {answer.id: answer for answer in (*self.wrong, *self.right)}

    def cases(
        self,
        *,
        seed: int = SEED,
        families: Collection[Family] = (),
        limit: int | None = None,
    ) -> tuple[Case, ...]:
        """Write out what is to be graded; equal arguments give equal texts.

        Args:
            seed: Of everything that is drawn at random.
            families: Only these attacks, and no oddities; all if empty.
            limit: At most so many attacked and so many odd answers, about as many of each family
                and of each oddity.
        """
        attacked = [
            case for case in self._attacked(seed) if not families or Family(case.group) in families
        ]
        odd = [] if families else list(self._odd(seed))
        if limit is not None:
            attacked, odd = _spread(attacked, limit), _spread(odd, limit)
        return (*attacked, *odd)

    def _attacked(self, seed: int) -> Iterator[Case]:
        answers = _Turns(self.wrong, lambda answer: answer.rubric_id)
        questions = _Turns(tuple(self.material), lambda rubric_id: rubric_id)
        for attack in self.attacks:
            for base in answers.take(attack.added, attack.on):
                yield self._attack(attack, base.rubric_id, base, seed)
            for rubric_id in questions.take(attack.alone, attack.on):
                yield self._attack(attack, rubric_id, None, seed)

    def _attack(self, attack: Attack, rubric_id: str, base: BaseAnswer | None, seed: int) -> Case:
        rng = _rng(seed, attack.id, base.id if base else rubric_id)
        scene = Scene(self.material[rubric_id], base.text if base else "", rng)
        return Case(
            side=Side.ATTACK,
            group=attack.family,
            name=attack.id,
            rubric_id=rubric_id,
            base_id=base.id if base else None,
            text=attack.write(scene),
        )

    def _odd(self, seed: int) -> Iterator[Case]:
        """Try each oddity on a right answer to each question, by turns the best and the next.

        Where it leaves one as it is, it is tried on the other.
        """
        for place, oddity in enumerate(self.oddities):
            for rubric_id in self.material:
                answers = [each for each in self.right if each.rubric_id == rubric_id]
                for index in range(len(answers)):
                    base = answers[(place + index) % len(answers)]
                    text = oddity.change(base.text, _rng(seed, oddity.id, base.id))
                    if text != base.text:
                        yield Case(
                            side=Side.ODDITY,
                            group=oddity.id,
                            name=oddity.id,
                            rubric_id=rubric_id,
                            base_id=base.id,
                            text=text,
                        )
                        break


_Item = TypeVar("_Item")


class _Turns(Generic[_Item]):
    """Hands out items so that each is taken about equally often."""

    def __init__(self, items: Sequence[_Item], rubric_of: Callable[[_Item], str]) -> None:
        self._waiting = list(items)
        self._rubric_of = rubric_of

    def take(self, count: int, rubric_ids: Collection[str]) -> list[_Item]:
        """Take those that have waited longest, of some rubrics or (if empty) of any."""
        taken: list[_Item] = []
        for item in self._waiting:
            if len(taken) < count and (not rubric_ids or self._rubric_of(item) in rubric_ids):
                taken.append(item)
        for item in taken:
            self._waiting.remove(item)
        self._waiting += taken
        return taken


def _rng(seed: int, *names: str) -> Rng:
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def _spread(cases: Sequence[Case], limit: int) -> list[Case]:
    """Take about as many cases of each group, evenly spaced within it, and keep their order."""
    groups: dict[str, list[int]] = {}
    for index, case in enumerate(cases):
        groups.setdefault(case.group, []).append(index)
    shares = dict.fromkeys(groups, 0)
    left = min(limit, len(cases))
    while left:
        for group, indices in groups.items():
            if left and shares[group] < len(indices):
                shares[group] += 1
                left -= 1
    chosen = sorted(
        indices[number * len(indices) // shares[group]]
        for group, indices in groups.items()
        for number in range(shares[group])
    )
    return [cases[index] for index in chosen]
