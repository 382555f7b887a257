from __future__ import annotations

import asyncio
from itertools import accumulate
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from evals.datasets import Split, backend_split
from evals.fairness.counterfactuals import apply_edits, dictated, sentences
from grader.answers import Answer, read_answer
from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.embedding._sentence_transformers import installed_embedder
from grader.errors import ConfigurationError
from grader.index import encode_rubric
from grader.judges import JudgeTask
from grader.judges.local import LocalJudge
from grader.sentences import (
    SentenceBoundaries,
    boundaries_metadata,
    is_unpunctuated,
    split_unpunctuated,
)
from grader.types import Verdict

INSTALLED = Path("grader/sentences/boundaries.safetensors")

TYPED = (
    "An index is a second structure that keeps the keys in order. The database walks down a few "
    "levels instead of reading every row. Every insert has to update each index as well, so writes "
    "get slower. You should not index a column that has only two values."
)


@pytest.fixture(scope="module")
def boundaries() -> SentenceBoundaries:
    return SentenceBoundaries()


def spoken(text: str) -> str:
    """Take punctuation and capitals away."""
    return apply_edits(text, dictated(text, Random(0)))


def read(text: str, **options: object) -> Answer:
    return read_answer(text, max_characters=200_000, **options)  # type: ignore[arg-type]


def stretches(answer: Answer) -> list[str]:
    return [answer.quote(segment) for segment in answer.segments]


def test_the_ends_of_dictated_sentences_are_found_far_better_than_by_cue_words(
    boundaries: SentenceBoundaries, real_bank: Bank
) -> None:
    by_words: list[set[int]] = []
    by_network: list[set[int]] = []
    true: list[set[int]] = []
    for rubric_id in backend_split(Split.DEVELOPMENT):
        text = real_bank.get(rubric_id).reference_answer
        words = spoken(text).split()
        true.append({len(spoken(text[: each.end]).split()) for each in sentences(text)})
        answer = read(" ".join(words))
        for found, split in (
            (by_words, answer),
            (by_network, split_unpunctuated(answer, boundaries.probabilities)),
        ):
            lengths = [len(stretch.split()) for stretch in stretches(split)]
            found.append(set(accumulate(lengths)))
        for each in (by_words[-1], by_network[-1], true[-1]):
            each.remove(len(words))  # the end of the text is no question
    assert _agreement(by_words, true) < 0.2
    assert _agreement(by_network, true) > 0.4


def _agreement(found: list[set[int]], true: list[set[int]]) -> float:
    """F1 of all that was found."""
    hits = sum(len(a & b) for a, b in zip(found, true, strict=True))
    return 2 * hits / (sum(map(len, found)) + sum(map(len, true)))


def test_all_words_stay_in_order_and_windows_follow_the_segments(
    boundaries: SentenceBoundaries,
) -> None:
    text = spoken(TYPED) + "\n\n- " + spoken(TYPED)
    answer = split_unpunctuated(read(text), boundaries.probabilities)
    assert " ".join(stretches(answer)).split() == text.replace("- ", "").split()
    assert [window.first for window in answer.windows[: len(answer.segments)]] == [
        *range(len(answer.segments))
    ]
    for window in answer.windows:
        first, last = answer.segments[window.first], answer.segments[window.last]
        assert (window.start, window.end) == (first.start, last.end)
    assert {segment.block for segment in answer.segments} == {0, 1}


@pytest.mark.parametrize(
    "text",
    [
        TYPED,
        "no marks but few words here",
        "Redis, not the process, holds the session, so that any instance can serve the request.",
        "```js\nconst a = 1\nconst b = 2\nfor (const c of d) { e(c) }\nf()\ng()\nh()\ni()\nj()\n```",
        "event loop libuv epoll kqueue thread pool microtask queue nextTick setImmediate call stack",
    ],
    ids=["sentences", "short", "commas", "code", "terms"],
)
def test_what_has_punctuation_is_left_as_it_was_read(
    boundaries: SentenceBoundaries, text: str
) -> None:
    answer = read(text)
    assert split_unpunctuated(answer, boundaries.probabilities) is answer


def test_marks_inside_terms_are_no_punctuation() -> None:
    assert is_unpunctuated(
        "node.js 24.1 and express.js 5.0 run on 10.0.0.1:8080 as far as i know it"
    )
    assert not is_unpunctuated("it runs on one thread, and the rest of it is done by libuv")


def test_a_misheard_term_is_not_parted() -> None:
    text = "we keep the sessions in red is so that any instance can serve any user at any time"
    answer = read(text, vocabulary=("Redis",), spoken=True)
    assert answer.repairs
    split = split_unpunctuated(answer, lambda words: np.full(len(words), 0.99, dtype=np.float32))
    assert len(split.segments) > 1
    for repair in answer.repairs:
        assert any(s.start <= repair.start and repair.end <= s.end for s in split.segments)
    assert any("Redis" in split.reading(segment) for segment in split.segments)


@pytest.mark.parametrize(
    "text",
    [
        "😀 " * 40 + "a",
        "x" * 9_000 + " and so on" * 10,
        "\u0e01\u0e32\u0e23 " * 60,
        "um " * 50 + "an index",
        " ".join(f"{n}" for n in range(3_000)),
    ],
    ids=["emoji", "one long word", "Thai", "fillers", "numbers"],
)
def test_any_text_is_split_in_stretches_that_hold_all_its_words(
    boundaries: SentenceBoundaries, text: str
) -> None:
    answer = read(text)
    found = split_unpunctuated(answer, boundaries.probabilities)
    assert found.segments
    kept = "".join("".join(stretches(found)).split())
    assert kept == "".join("".join(text[s.start : s.end] for s in answer.segments).split())
    assert all(len(stretch.split()) <= 28 for stretch in stretches(found))


def test_the_same_words_give_the_same_bits_by_however_many_threads(
    boundaries: SentenceBoundaries,
) -> None:
    words = spoken(f"{TYPED} {TYPED} {TYPED}").split()
    threads = torch.get_num_threads()
    once = boundaries.probabilities(words)
    try:
        torch.set_num_threads(1)
        assert np.array_equal(boundaries.probabilities(words), once)
    finally:
        torch.set_num_threads(threads)


def test_dictating_an_answer_leaves_the_points_it_makes(few: Bank, encoder: SharedEncoder) -> None:
    rubric = few.get("database-indexes")
    vectors = encode_rubric(rubric, encoder).unpack(rubric)
    judge = LocalJudge(encoder)

    def covered(text: str) -> set[str]:
        judged = asyncio.run(judge.judge(JudgeTask(read(text), rubric, vectors)))
        return {p.point_id for p in judged.points if p.verdict is Verdict.COVERED}

    assert covered(spoken(rubric.reference_answer)) == covered(rubric.reference_answer)


def test_weights_that_were_trained_on_another_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "boundaries.safetensors"
    save_file(load_file(INSTALLED), path, boundaries_metadata("another"))
    with pytest.raises(
        ConfigurationError, match=r"trained on another, not on all-MiniLM.*adapter-"
    ):
        SentenceBoundaries(path)


@pytest.mark.parametrize("content", [None, b"", b"no tensors at all"])
def test_weights_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "boundaries.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"cannot be read .*evals\.training\.boundaries"):
        SentenceBoundaries(path)


def test_other_weights_have_another_revision(
    tmp_path: Path, boundaries: SentenceBoundaries
) -> None:
    tensors = load_file(INSTALLED)
    tensors["out.bias"] = tensors["out.bias"] + 1
    path = tmp_path / "boundaries.safetensors"
    save_file(tensors, path, boundaries_metadata(installed_embedder().model_fingerprint))
    assert SentenceBoundaries(path).revision != boundaries.revision
