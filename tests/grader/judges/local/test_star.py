from __future__ import annotations

import pytest

from grader.judges.local._star import star_cues


@pytest.mark.parametrize(
    ("claim", "told", "untold"),
    [
        (
            "The speaker gives a measured result of the change.",
            "The median fell from two seconds to 300 milliseconds.",
            "It became a lot faster and everybody was happy.",
        ),
        (
            "The speaker names a lesson that changed how they work afterwards.",
            "Ever since, I write the query plan into the pull request.",
            "That was a hard week for all of us.",
        ),
        (
            "The candidate names steps that they personally took.",
            "I bisected the releases and wrote a small reproduction.",
            "The team looked at it and it was solved somehow.",
        ),
        (
            "The speaker admits something that they themselves got wrong.",
            "I should have asked her before I merged it.",
            "He had not understood the module at all.",
        ),
        (
            "The speaker says why the solution was preferred to an alternative.",
            "A queue would have been simpler, but it loses the order.",
            "We did it with a table.",
        ),
    ],
)
def test_what_a_claim_asks_for_is_told_or_not(claim: str, told: str, untold: str) -> None:
    assert star_cues(claim, [untold, told], 1) == (1.0, 1.0)
    assert star_cues(claim, [untold, told], 0) == (-1.0, 1.0)
    assert star_cues(claim, [untold], 0) == (-1.0, -1.0)


def test_a_technical_claim_asks_for_none_of_this() -> None:
    claim = "The libuv thread pool has four threads, measured steps of which are blocked."

    assert star_cues(claim, ["I took 4 of them."], 0) == (0.0, 0.0)
