"""Fit the local judge's head: `python -m evals.training.local_judge`, after the adapter.

Writes `grader/judges/local/head.json` and `head.npz`. Everything random is seeded. It learns
from the training and development questions of the back-end data set, from those questions' rubrics
and from public sets, with `--practice` also from the practice answers; neither an answer to a test
question nor a word of its rubric is seen. How sure it may be is set on the development questions,
which neither the adapter nor the head that is measured there has seen. The figures in the file are of
the test questions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

import grader
from evals.datasets import BACKEND, Split, backend_split, load_answers
from evals.training._cases import Case, build_cases, public_cases
from evals.training._classifier import REGULARISATION, WEIGHTS, fit, temperature
from evals.training._folds import FOLDER, FOLDS, load_fold
from evals.training._manners import in_some_manner
from evals.training._practice import PracticeQuestion, load_questions
from evals.training._public import PUBLIC, PublicAnswer, load_public
from grader.bank import Bank, load_bank
from grader.embedding import Embedder
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.judges.local import FEATURES
from grader.judges.local._head import Classifier
from grader.settings import Settings

# Reference answers of this many other questions are read as answers to each question.
_FOREIGN = 3

_AT_ONCE = 2

_KINDS: Mapping[str, Callable[[Case], bool]] = {
    "point": lambda case: not case.is_mistake and not case.is_bare,
    "bare_point": lambda case: not case.is_mistake and case.is_bare,
    "mistake": lambda case: case.is_mistake,
}


def main(public: Path, folds: Path, at_once: int, *, practice: bool) -> int:
    """Fit, write both files, print the figures.

    Args:
        public: Folder with the training files of the public sets.
        folds: Folder with the adapters that were trained without a fold of the training questions.
        at_once: How many questions to read at a time.
        practice: Whether to learn from the practice answers too; the adapters must have been trained
            so.
    """
    console = Console(stderr=True)
    bank = _bank()
    embedder = SentenceTransformersEmbedder()
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as workers:
        cases = {split: list(_read(split, folds, workers, console)) for split in Split}
        if practice:
            cases[Split.TRAIN] += _read_practice(folds, workers, console)
        cases[Split.TRAIN] += _read_public(public, folds, workers, console)
    head = {name: _fit(cases, kind, console) for name, kind in _KINDS.items()}
    arrays = dict(_arrays(head))
    held_out = cases[Split.TEST]
    document = {
        "encoder": embedder.fingerprint,
        "revision": _revision(arrays, head),
        "features": list(FEATURES),
        "classifiers": {
            name: {"classes": list(each.classes), "temperature": each.temperature}
            for name, each in head.items()
        },
        "card": {
            "command": "python -m evals.training.local_judge" + " --practice" * practice,
            "cases": len(cases[Split.TRAIN]) + len(cases[Split.DEVELOPMENT]),
            "questions": len(backend_split(Split.TRAIN)) + len(backend_split(Split.DEVELOPMENT)),
            "data_sha256": _data_sha256(bank, public, practice=practice),
            "weights": WEIGHTS,
            "regularisation": REGULARISATION,
            "test": {
                "questions": len(backend_split(Split.TEST)),
                "points": _measure_points(_of(held_out, "point"), head["point"]),
                "bare_points": _measure_points(_of(held_out, "bare_point"), head["bare_point"]),
                "mistakes": _measure_mistakes(_of(held_out, "mistake"), head["mistake"]),
            },
        },
    }
    folder = Path(grader.__file__).parent / "judges" / "local"
    (folder / "head.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    np.savez(folder / "head.npz", allow_pickle=False, **arrays)
    sys.stdout.write(json.dumps(document["card"], indent=2) + "\n")
    return 0


def _fit(
    cases: Mapping[Split, Sequence[Case]], kind: Callable[[Case], bool], console: Console
) -> Classifier:
    learned = [case for case in cases[Split.TRAIN] if kind(case)]
    development = [case for case in cases[Split.DEVELOPMENT] if kind(case)]
    console.print(f"fitting on {len(learned)} and {len(development)} cases")
    honest = temperature(fit(learned), [c for c in development if c.source == "answer"])
    return replace(fit([*learned, *development]), temperature=honest)


def _read(
    split: Split, folds: Path, workers: ProcessPoolExecutor, console: Console
) -> Iterator[Case]:
    """Yield the cases of a split, each fold of the training questions read by an encoder without it."""
    count = len(backend_split(split))
    found = workers.map(_read_question, [split] * count, range(count), [folds] * count)
    for number, cases in enumerate(found, start=1):
        console.print(f"{split}: question {number} of {count} read")
        yield from cases


def _read_question(split: Split, number: int, folds: Path) -> list[Case]:
    rubric_ids = backend_split(split)
    rubric_id = rubric_ids[number]
    bank = _bank()
    embedder = _embedder(folds, number % FOLDS if split is Split.TRAIN else None)
    answers = list(load_answers(BACKEND / f"{rubric_id}.jsonl"))
    if split is Split.TEST:
        return list(build_cases(bank.get(rubric_id), answers, embedder))
    rng = Random(number)  # noqa: S311 - sampling
    following = [rubric_ids[(number + step) % len(rubric_ids)] for step in range(1, _FOREIGN + 1)]
    return list(
        build_cases(
            bank.get(rubric_id),
            answers,
            embedder,
            restyled=[found for each in answers if (found := in_some_manner(each, rng))],
            others=[bank.get(other) for other in following],
            phrasings=True,
        )
    )


def _read_practice(folds: Path, workers: ProcessPoolExecutor, console: Console) -> Iterator[Case]:
    count = len(_practice())
    found = workers.map(_read_practice_question, range(count), [folds] * count)
    for number, cases in enumerate(found, start=1):
        console.print(f"practice question {number} of {count} read")
        yield from cases


def _read_practice_question(number: int, folds: Path) -> list[Case]:
    question = _practice()[number]
    rubric = question.rubric(Random(number))  # noqa: S311 - sampling
    cases = build_cases(rubric, question.labelled(), _embedder(folds, number % FOLDS))
    return [replace(case, source="practice") for case in cases]


def _read_public(
    public: Path, folds: Path, workers: ProcessPoolExecutor, console: Console
) -> Iterator[Case]:
    questions = list(load_public(public))
    count = len(questions)
    numbers = [number % FOLDS for number in range(count)]
    found = workers.map(_read_public_question, questions, [folds] * count, numbers)
    for number, cases in enumerate(found, start=1):
        console.print(f"public question {number} of {count} read")
        yield from cases


def _read_public_question(answers: Sequence[PublicAnswer], folds: Path, fold: int) -> list[Case]:
    return list(public_cases(answers, _embedder(folds, fold)))


@cache
def _embedder(folds: Path, fold: int | None) -> Embedder:
    """The encoder that has not seen a fold, or the shipped one; one of each in a process."""
    torch.set_num_threads(1)
    return SentenceTransformersEmbedder() if fold is None else load_fold(folds, fold)


@cache
def _practice() -> list[PracticeQuestion]:
    return load_questions()


@cache
def _bank() -> Bank:
    settings = Settings()
    return load_bank(settings.rubrics_dir, settings.corpus_dir)


def _data_sha256(bank: Bank, public: Path, *, practice: bool) -> str:
    digest = hashlib.sha256()
    for rubric_id in sorted((*backend_split(Split.TRAIN), *backend_split(Split.DEVELOPMENT))):
        digest.update(bank.get(rubric_id).sha256.encode())
        digest.update((BACKEND / f"{rubric_id}.jsonl").read_bytes())
    for question in _practice() if practice else ():
        for each in question.answers:
            digest.update(each.model_dump_json().encode())
    for answers in load_public(public):
        for answer in answers:
            digest.update(answer.model_dump_json().encode())
    return digest.hexdigest()


def _arrays(head: Mapping[str, Classifier]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for name, classifier in head.items():
        for model in (classifier.logistic, classifier.forest):
            for field in fields(model):
                yield f"{name}/{field.name}", getattr(model, field.name)


def _revision(arrays: Mapping[str, npt.NDArray[Any]], head: Mapping[str, Classifier]) -> str:
    digest = hashlib.sha256()
    for name, values in arrays.items():
        digest.update(name.encode() + values.tobytes())
    digest.update(repr([each.temperature for each in head.values()]).encode())
    return digest.hexdigest()[:12]


def _of(cases: Sequence[Case], kind: str) -> list[Case]:
    return [case for case in cases if _KINDS[kind](case)]


def _shares(cases: Sequence[Case], classifier: Classifier) -> npt.NDArray[Any]:
    return classifier.probabilities(np.stack([case.features for case in cases]))


def _measure_points(cases: Sequence[Case], classifier: Classifier) -> dict[str, float]:
    shares = _shares(cases, classifier)
    guesses = np.array(classifier.classes)[shares.argmax(axis=1)]
    labels = np.array([case.label for case in cases])
    covered = shares[:, classifier.classes.index("covered")]
    denied = labels == "contradicted"
    return {
        "labels": len(cases),
        "covered_kappa": _figure(cohen_kappa_score(labels == "covered", guesses == "covered")),
        "covered_auc": _figure(roc_auc_score(labels == "covered", covered)),
        "macro_f1": _figure(f1_score(labels, guesses, average="macro")),
        "accuracy": _figure((labels == guesses).mean()),
        "contradicted_called_covered": _figure((guesses[denied] == "covered").mean()),
        "expected_calibration_error": _figure(_calibration(shares.max(axis=1), labels == guesses)),
    }


def _measure_mistakes(cases: Sequence[Case], classifier: Classifier) -> dict[str, float]:
    whole = [case for case in cases if not case.is_bare]
    made = np.array([case.label == "made" for case in whole])
    guesses = _shares(whole, classifier)[:, classifier.classes.index("made")] >= 0.5
    return {
        "labels": len(whole),
        "f1": _figure(f1_score(made, guesses)),
        "false_alarm_rate": _figure(guesses[~made].mean()),
    }


def _calibration(
    confidence: npt.NDArray[Any], right: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    """Expected calibration error over bins of equal mass (Naeini et al., AAAI 2015)."""
    order = np.argsort(confidence, kind="stable")
    groups = np.array_split(order, bins)
    return sum(
        len(group) / len(order) * abs(float(confidence[group].mean() - right[group].mean()))
        for group in groups
    )


def _figure(value: float) -> float:
    return round(float(value), 3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit the local judge's head.")
    parser.add_argument("--public", type=Path, default=PUBLIC, help="folder of the public sets")
    parser.add_argument("--folds", type=Path, default=FOLDER, help="folder of the folds' adapters")
    parser.add_argument("--at-once", type=int, default=_AT_ONCE, help="questions read at a time")
    parser.add_argument("--practice", action="store_true", help="learn from practice answers too")
    given = parser.parse_args()
    sys.exit(main(given.public, given.folds, given.at_once, practice=given.practice))
