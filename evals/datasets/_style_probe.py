"""Whether labels follow style: a model that sees nothing but style tries to predict them.

A data set in which good answers also look good teaches a judge looks, and flatters one that goes by
them. The probe reads length, number of windows, punctuation and capitals; not a word, and not where
in the answer anything stands.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evals.datasets._labels import LabelledAnswer
from grader.answers import read_answer
from grader.errors import AnswerInvalid
from grader.types import Frozen, Verdict

STYLE_FEATURES = (
    "characters",
    "words",
    "segments",
    "windows",
    "lines",
    "characters_per_word",
    "words_per_segment",
    "punctuation_share",
    "comma_share",
    "full_stop_share",
    "dash_share",
    "question_share",
    "quote_share",
    "digit_share",
    "capital_share",
    "distinct_word_share",
)
_VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)
_FOLDS = 5
_ANY_LENGTH = 10_000_000


class StyleRow(NamedTuple):
    """One labelled point, seen through its answer's style."""

    question: str
    verdict: Verdict
    features: tuple[float, ...]


class StyleProbe(Frozen):
    """How well style alone ranks points, cross-validated by question.

    Attributes:
        points: Labels predicted.
        auc: Area under the ROC curve for covered or not; .5 is chance. The better of two models:
            logistic regression and boosted trees.
        by_verdict: Likewise for each verdict against the others.
    """

    points: int
    questions: int
    auc: float
    by_verdict: Mapping[Verdict, float]


def style_rows(answer: LabelledAnswer) -> Iterator[StyleRow]:
    """Yield a row for each labelled point; none where the answer cannot be read."""
    try:
        features = style_features(answer.answer)
    except AnswerInvalid:
        return
    for label in answer.points.values():
        if label.verdict is not Verdict.UNGRADED:
            yield StyleRow(answer.rubric_id, label.verdict, features)


def style_features(text: str) -> tuple[float, ...]:
    """Describe how a text looks, in the order of `STYLE_FEATURES`.

    Raises:
        AnswerInvalid: It is no answer.
    """
    read = read_answer(text, max_characters=_ANY_LENGTH)
    words = text.split()
    size = len(text)
    letters = max(1, sum(map(str.isalpha, text)))

    def share(characters: str) -> float:
        return sum(text.count(character) for character in characters) / size

    return (
        size,
        len(words),
        len(read.segments),
        len(read.windows),
        text.count("\n") + 1,
        size / len(words),
        len(words) / len(read.segments),
        share(string.punctuation),
        share(","),
        share("."),
        share("-–—"),
        share("?"),
        share("\"'“”‘’`"),
        sum(map(str.isdigit, text)) / size,
        sum(map(str.isupper, text)) / letters,
        len({word.lower() for word in words}) / len(words),
    )


def probe_style(rows: Sequence[StyleRow]) -> StyleProbe | None:
    """Try to predict labels from style alone.

    Args:
        rows: Every labelled point.

    Returns:
        None with fewer than ten questions, or where all points have the same verdict.
    """
    names, questions = np.unique([row.question for row in rows], return_inverse=True)
    if len(names) < 2 * _FOLDS or len({row.verdict for row in rows}) < 2:
        return None
    features = np.array([row.features for row in rows])
    verdicts = np.array([_VERDICTS.index(row.verdict) for row in rows])
    aucs = {
        verdict: _auc(features, verdicts == code, questions)
        for code, verdict in enumerate(_VERDICTS)
        if 0 < (verdicts == code).sum() < len(verdicts)
    }
    if Verdict.COVERED not in aucs:
        return None
    return StyleProbe(
        points=len(rows),
        questions=len(names),
        auc=aucs[Verdict.COVERED],
        by_verdict=aucs,
    )


def _auc(
    features: npt.NDArray[np.float64],
    labels: npt.NDArray[np.bool_],
    questions: npt.NDArray[np.int64],
) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    models = (
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
        HistGradientBoostingClassifier(max_depth=3, max_iter=60, random_state=0),
    )
    # Folds by question: what distinguishes one question's points must not pass for style.
    folds = GroupKFold(_FOLDS, shuffle=True, random_state=0)
    return max(
        round(
            float(
                roc_auc_score(
                    labels,
                    cross_val_predict(
                        model, features, labels, groups=questions, cv=folds, method="predict_proba"
                    )[:, 1],
                )
            ),
            4,
        )
        for model in models
    )
