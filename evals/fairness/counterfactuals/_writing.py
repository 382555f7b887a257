"""As people write: with slips of a second language, wordy, in the other spelling, as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from evals.fairness.counterfactuals._edits import Edit
from evals.fairness.counterfactuals._prose import like, sentences, words
from evals.fairness.counterfactuals._words import load_words, other_spelling

_ARTICLES = frozenset(("a", "an", "the"))
_DROPPED = 0.5
_SLIPPED = 0.6


def non_native(text: str, rng: Random) -> Sequence[Edit]:
    """Leave out about half of the articles, and let verbs disagree with their subjects.

    Both are among the commonest slips in learners' English (Ng et al., "The CoNLL-2014 Shared Task
    on Grammatical Error Correction", 2014).
    """
    return list(_slips(text, rng))


def _slips(text: str, rng: Random) -> Iterator[Edit]:
    material = load_words()
    found = list(words(text))
    for place, match in enumerate(found):
        drawn = rng.random()
        word = match[0].lower()
        before = found[place - 1][0].lower() if place else ""
        after = found[place + 1] if place + 1 < len(found) else None
        if word in _ARTICLES:
            if drawn < _DROPPED and after and text[match.end() : after.start()] == " ":
                yield from _without_article(match[0], match.start(), after[0], after.start())
        elif drawn < _SLIPPED and word in material.agreement:
            yield Edit(match.start(), match.end(), like(match[0], material.agreement[word]))
        elif drawn < _SLIPPED and word in material.verbs and before in material.pronouns:
            yield Edit(match.start(), match.end(), _bare(match[0]))
        elif drawn < _SLIPPED and word in material.uncountable:
            yield Edit(match.start(), match.end(), f"{match[0]}s")


def _without_article(article: str, start: int, after: str, after_start: int) -> Iterator[Edit]:
    if after.lower() in load_words().bound or (article == "A" and after[:1].isupper()):
        return
    first = after[:1].upper() if article[:1].isupper() else after[:1]
    yield Edit(start, after_start + 1, first)


def _bare(verb: str) -> str:
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(("ches", "shes", "sses", "xes", "oes")) else verb[:-1]


def verbose(text: str, rng: Random) -> Sequence[Edit]:
    """Put in sentences that say nothing: one first, one last, one after every other sentence."""
    found, material = sentences(text), load_words()
    fillings = rng.sample(material.fillings, len(material.fillings))
    edits = [Edit(found[0].start, found[0].start, f"{rng.choice(material.openings)} ")]
    # Between a question and the answer that the candidate gives to it, nothing fits.
    places = [each.end for each in found[1:-1:2] if text[each.end - 1] in ".!"]
    edits += [
        Edit(place, place, f" {filling}") for place, filling in zip(places, fillings, strict=False)
    ]
    return [*edits, Edit(found[-1].end, found[-1].end, f" {rng.choice(material.closings)}")]


def respelt(text: str, _: Random) -> Sequence[Edit]:
    """Spell British what is spelt American, and the other way round."""
    others = other_spelling()
    return [
        Edit(match.start(), match.end(), like(match[0], others[match[0].lower()]))
        for match in words(text)
        if match[0].lower() in others
    ]


def bulleted(text: str, _: Random) -> Sequence[Edit]:
    """Set each sentence as an item of a list."""
    found = sentences(text)
    first, *others = found
    edits = [Edit(0, first.start, "- ")]
    for before, each in zip(found, others, strict=False):
        edits.append(Edit(before.end, each.start, "\n- "))
    return edits
