"""The labels by which guides mark what follows: `Q:`, `Key Points`, `Correct Answer:` and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from grader.importing._document import Role


class Cue(StrEnum):
    """What a label announces."""

    QUESTION = "question"
    ANSWER = "answer"
    ADVICE = "advice"
    POINTS = "points"
    MISTAKES = "mistakes"
    RED_FLAGS = "red flags"
    FOLLOW_UPS = "follow-ups"
    LEARNINGS = "learnings"
    SCENARIO = "scenario"
    SETUP = "setup"
    PROMPT = "prompt"
    INTERVIEWER = "interviewer"
    APPROACH = "approach"
    OPTIONS = "options"
    CORRECT = "correct answer"
    EXPLANATION = "explanation"
    LEVEL = "level"
    DETAIL = "detail"


LIST_CUES = frozenset(
    {Cue.POINTS, Cue.MISTAKES, Cue.RED_FLAGS, Cue.FOLLOW_UPS, Cue.LEARNINGS, Cue.APPROACH}
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label found at the beginning of a text.

    Attributes:
        text: The label as it stands in the guide.
        rest: What follows it on the line; empty if it stands alone.
        number: The number of a question or scenario, as in `Question 7`; empty if it has none.
        aside: What a question's label says in parentheses, as in `Q1 (System design)`.
    """

    cue: Cue
    text: str
    rest: str
    number: str = ""
    aside: str = ""


# Strong labels say what they are wherever they stand; weak ones are ordinary words, so they count
# only alone on a line or before a colon, and not in a list.
_STRONG: dict[Cue, str] = {
    Cue.ANSWER: (
        r"(?:sample|model|expected|ideal|suggested|example|strong|good|great|short|detailed)\s+"
        r"(?:answers?|responses?)|answer\s+outline|ans"
    ),
    Cue.ADVICE: r"(?:interview\s+)?advice|(?:pro|interview|quick)[\s-]tips?|how\s+to\s+answer",
    Cue.POINTS: (
        r"key\s+(?:talking\s+)?(?:points?|concepts?|ideas?|elements?)(?:\s+to\s+(?:cover|mention|make"
        r"|include|hit|look\s+for))?|points?\s+to\s+(?:cover|mention|look\s+for|include|make)"
        r"|what\s+(?:to\s+look\s+for|(?:we|interviewers?)(?:\s+are|'re|’re)?\s+look(?:ing)?\s+for"
        r"|a\s+(?:good|strong|great)\s+answer\s+(?:covers|includes|mentions|contains))"
        r"|(?:a\s+)?(?:good|strong|great)\s+(?:answers?|candidates?|signals?)(?:\s+(?:should\s+)?"
        r"(?:covers?|includes?|mentions?|contains?|will|say))?|green\s+flags?"
        r"|(?:evaluation|grading|scoring|assessment)\s+criteria|must[\s-]mentions?"
        r"|must[\s-]haves?|talking\s+points?|expected\s+points?|main\s+points?|important\s+points?"
        r"|core\s+points?|(?:bonus|extra)\s+points?"
    ),
    Cue.MISTAKES: (
        r"(?:common|typical|frequent|usual)\s+(?:mistakes?|errors?|pitfalls?|misconceptions?|traps?)"
        r"(?:\s+to\s+avoid)?|mistakes?\s+to\s+avoid|pitfalls?|misconceptions?|weak\s+answers?"
        r"|(?:what|things)\s+to\s+avoid|anti-?patterns?"
    ),
    Cue.RED_FLAGS: r"red[\s-]flags?(?:\s+to\s+watch\s+for)?|warning\s+signs?|deal[\s-]?breakers?",
    Cue.FOLLOW_UPS: (
        r"(?:possible\s+|potential\s+|common\s+|likely\s+)?follow[\s-]?ups?(?:\s+questions?)?"
        r"|(?:further|probing|next|deeper|additional)\s+questions?|dig(?:ging)?\s+deeper"
        r"|questions?\s+to\s+ask\s+next"
    ),
    Cue.LEARNINGS: r"key\s+(?:learnings?|takeaways?|lessons?|insights?)|lessons?\s+learned|takeaways?",
    Cue.PROMPT: r"interviewer(?:'s|’s)?\s+(?:prompt|question|asks)|opening\s+(?:question|prompt)",
    Cue.APPROACH: (
        r"(?:expected|suggested|recommended|ideal|possible)\s+(?:approach|solution|steps|flow|outline)"
        r"(?:\s+steps)?|solution\s+outline"
    ),
    Cue.CORRECT: r"(?:correct|right)\s+(?:answers?|options?|choices?)",
    Cue.EXPLANATION: r"explanations?(?:\s+(?:per|of\s+the|for\s+each)\s+options?)?",
    Cue.OPTIONS: r"answer\s+(?:options|choices)",
}
_WEAK: dict[Cue, str] = {
    Cue.ANSWER: r"answers?|responses?|solution|candidate|interviewee|expected",
    Cue.ADVICE: r"tips?|note",
    Cue.POINTS: r"points|look\s+for|checklist",
    Cue.MISTAKES: r"mistakes?|avoid",
    Cue.SETUP: r"set-?up|context|background|situation|the\s+situation|briefing",
    Cue.PROMPT: r"prompt|task|your\s+task|challenge",
    Cue.INTERVIEWER: r"interviewer(?:\s*\([^)]{1,40}\))?",
    Cue.APPROACH: r"approach|steps",
    Cue.CORRECT: r"correct|key",
    Cue.EXPLANATION: r"rationale|reason|reasoning|why",
    Cue.OPTIONS: r"options|choices",
    Cue.LEARNINGS: r"learnings?|lessons?|summary",
    Cue.LEVEL: r"level|seniority|difficulty|experience(?:\s+level)?|role",
    Cue.DETAIL: r"category|topics?|tags?|time(?:\s+(?:limit|budget))?|duration|type|asked\s+(?:at|by|in)",
}

_LONGEST_LABEL = 200
_END = (
    r"(?:\s*\([^()]{1,40}\))?\s*(?:[^\w\s\"'“(\[.:,;?!-]+\s*)?"
    r"(?P<stop>[:：]|\s[-–—]+(?=\s|$)|\.?$)\s*"
)
_LEAD = r"(?:[^\w\s\"'“(\[]+\s*)?(?:\(?\d{1,2}[.)]\s+)?"


def _compile(labels: str) -> re.Pattern[str]:
    return re.compile(rf"{_LEAD}(?P<label>{labels}){_END}(?P<rest>.*)", re.IGNORECASE | re.DOTALL)


_STRONG_PATTERNS = [(cue, _compile(labels)) for cue, labels in _STRONG.items()]
_WEAK_PATTERNS = [(cue, _compile(labels)) for cue, labels in _WEAK.items()]

# `Key PointsIndexes speed up reads`: an export lost the line break between label and text.
_GLUED = [
    (
        cue,
        re.compile(rf"{_LEAD}(?P<label>(?i:{labels}))(?P<rest>[A-Z][\w'’-]*(?:\s.*|$))", re.DOTALL),
    )
    for cue, labels in _STRONG.items()
    if cue not in {Cue.EXPLANATION, Cue.OPTIONS}
]
_GLUED += [
    (Cue.ANSWER, re.compile(r"(?P<label>A(?i:nswer))(?P<rest>[A-Z][a-z'’]*\s.*)", re.DOTALL)),
    (
        Cue.QUESTION,
        re.compile(
            r"(?P<label>Q(?i:uestion)\s?(?P<number>\d{1,3}))(?P<rest>[A-Z][\w'’-]*\s.*)", re.DOTALL
        ),
    ),
]

_QUESTION = re.compile(
    r"(?:[^\w\s\"'“(\[]+\s*)?(?P<label>(?:Q|Ques|Question|QUESTION|question)\s*(?:[#№]|No\.?\s*)?\s*"
    r"(?P<number>\d{1,3}(?:\.\d{1,2})?)?)\s*(?:\((?P<aside>[^()]{2,60})\))?"
    r"\s*(?P<stop>[:：.)\]]|\s[-–—]+(?=\s)|$)\s*(?P<rest>.*)",
    re.DOTALL,
)
_SCENARIO = re.compile(
    r"(?:[^\w\s\"'“(\[]+\s*)?(?P<label>(?i:(?:mock\s+)?(?:interview\s+)?(?:scenario|case\s+study|dialogue)"
    r"|mock\s+interview|case|exercise)(?:\s+#?\s*(?P<number>\d{1,3}|[A-Z]|[IVX]{1,4})\b)?)"
    r"\s*(?:\((?P<aside>[^()]{2,60})\))?\s*(?P<stop>[:：.]|\s?[-–—]+(?=\s)|$)\s*(?P<rest>.*)",
    re.DOTALL,
)
_BARE_ANSWER = re.compile(r"(?P<label>A|Ans|ANS)\s*\d{0,3}\s*[:：.)]\s+(?P<rest>\S.*)", re.DOTALL)
_STARTS_OPTION_B = re.compile(r"\(?[Bb][.):]\)?\s+\S")
_INLINE_OPTION_B = re.compile(r"\s\(?B[.):]\)?\s+\S")


def find_label(text: str, role: Role, following: str = "") -> Label | None:
    """Find the label at the beginning of a text.

    Args:
        text: One line, without markup.
        role: What the line is; in a list only strong labels count.
        following: The next line, which tells `A: an answer` from the first of several options.
    """
    if role in {Role.CODE, Role.ROW}:
        return None
    head = text[:_LONGEST_LABEL]
    found = _find_opening(head, role) or _find_named(head, role)
    if found is None and (match := _BARE_ANSWER.match(head)) and not _are_options(text, following):
        found = Cue.ANSWER, match
    if found is None:
        glued = ((cue, pattern.match(head)) for cue, pattern in _GLUED)
        found = next(((cue, match) for cue, match in glued if match), None)
    return _label(*found, text) if found else None


def _find_opening(head: str, role: Role) -> tuple[Cue, re.Match[str]] | None:
    """Find the label of a question or a scenario."""
    if (match := _QUESTION.match(head)) and _is_question(match, role):
        return Cue.QUESTION, match
    match = _SCENARIO.match(head) if role is not Role.BULLET else None
    if match and (match["number"] or (role is Role.HEADING and match["stop"] == ":")):
        return Cue.SCENARIO, match
    return None


def _find_named(head: str, role: Role) -> tuple[Cue, re.Match[str]] | None:
    """Find one of the labels that are words, the strong ones first."""
    for cue, pattern in _STRONG_PATTERNS:
        if match := pattern.match(head):
            return cue, match
    for cue, pattern in _WEAK_PATTERNS if role is not Role.BULLET else ():
        if (match := pattern.match(head)) and match["stop"] != ".":
            return cue, match
    return None


def _label(cue: Cue, match: re.Match[str], text: str) -> Label:
    groups = match.groupdict()
    rest = text[match.start("rest") :].strip()
    number, aside = groups.get("number") or "", groups.get("aside") or ""
    return Label(cue, text[: match.start("rest")].strip(), rest, number, aside.strip())


def _is_question(match: re.Match[str], role: Role) -> bool:
    word, number, stop = match["label"].lower(), match["number"], match["stop"].strip()
    if stop == "." and not number:
        # `Q. What is ...` is a label; `Question. The ...` hardly ever is.
        return word.startswith("q") and len(word.strip()) == 1 and role is not Role.BULLET
    if not stop and not match["rest"]:
        return bool(number)
    return bool(stop)


def _are_options(text: str, following: str) -> bool:
    return bool(_STARTS_OPTION_B.match(following) or _INLINE_OPTION_B.search(text[1:]))


# A label in the middle of a line, after a sentence or stuck to a word: `... twice? Answer: B`.
_ANY_STRONG = "|".join(_STRONG.values())
_INNER = re.compile(
    rf"(?:(?<=[.?!;)\]\"”])\s*|(?<=[a-z0-9])(?=[A-Z]))(?=[A-Z])(?:(?i:{_ANY_STRONG})\s*[:：]"
    rf"|(?:Answer|Ans|Explanation|Prompt)\s*[:：](?=\s))"
    rf"|(?<=\s)(?<![Cc]orrect\s)(?<![Rr]ight\s)(?:Correct\s+)?(?:Answers?|Options?)\s*[:：]\s*\(?[A-Ha-h]\b(?![\w'’])"
    rf"|(?<=\?)\s*(?:A|Ans)\s*[:：](?=\s)"
    rf"|(?<=[:：]\s[A-Ha-h])\s+(?:Explanation|Rationale|Why)\s*[:：]"
    rf"|(?<=[.?!])\s*(?:Key\s+Points|Common\s+Mistakes|Follow-?\s?[Uu]p\s+Questions|Red\s+Flags)$"
)


def split_inner_labels(text: str) -> list[str]:
    """Split a line before each label that stands inside it.

    Returns:
        The parts in order; the text alone if there is none.
    """
    if len(text) > 20_000:
        return [text]
    parts, start = [], 0
    for match in _INNER.finditer(text):
        if match.start() > start:
            parts.append(text[start : match.start()].strip())
            start = match.start()
    parts.append(text[start:].strip())
    return [part for part in parts if part]
