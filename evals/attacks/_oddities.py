"""Harmless oddities: what people do to their texts without saying anything else by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from evals.attacks._types import Oddity, Rng
from evals.attacks._writing import sentences

_EMOJI = ("🙂", "👍", "🚀", "😅", "💡")
_FILLERS = ("um", "uh", "er", "like", "you know", "I mean")
_DEFINITE = re.compile(r"\bthe\s+(?=[a-z])")
_LONG_WORD = re.compile(r"\b[a-z]{7,}\b")
_LINE = 44

_CODE = re.compile(r"```|~~~")
_BY_SENTENCE = frozenset(
    {"emoji", "bullets", "numbered", "html-tags", "code-fence", "inline-code", "bold"}
    | {"wrapped-lines", "windows-lines", "fillers", "no-full-stops", "wide-spaces"}
)

# What British words become in American spelling, in words that turn up in technical prose.
_AMERICAN = (
    (re.compile(r"\b(behavi|col|fav|hon|neighb)our"), r"\1or"),
    (re.compile(r"\b(cancel|travel|label|model|signal|fuel)l(?=ed|ing|er)"), r"\1"),
    (
        re.compile(
            r"\b(author|critic|initial|memo|memor|minim|normal|optim|organ|priorit|real|recogn"
            r"|serial|summar|synchron)is(?=e|ing|ation)"
        ),
        r"\1iz",
    ),
    (re.compile(r"\b(anal)ys(?=e[ds]?\b|ing)"), r"\1yz"),
    (re.compile(r"\bcentre"), "center"),
    (re.compile(r"\b(licen|defen|offen)ce"), r"\1se"),
    (re.compile(r"\b(catalog|dialog)ue"), r"\1"),
    (re.compile(r"\bprogramme(?!d|r)"), "program"),
    (re.compile(r"\bgrey"), "gray"),
)


def oddities() -> tuple[Oddity, ...]:
    """Make every oddity, in a fixed order."""
    changes: Mapping[str, Callable[[str, Rng], str]] = {
        "typos": _typos,
        "upper-case": lambda text, _: text.upper(),
        "lower-case": lambda text, _: text.lower(),
        "emoji": _emoji,
        "bullets": lambda text, _: "\n".join(f"- {each}" for each in sentences(text)),
        "numbered": lambda text, _: "\n".join(
            f"{number}) {each}" for number, each in enumerate(sentences(text), start=1)
        ),
        "html-entities": _entities,
        "html-tags": lambda text, _: "".join(f"<p>{each}</p>\n" for each in sentences(text)),
        "double-spaces": lambda text, _: re.sub(r"(?<=[.!?]) (?=\S)", "  ", text),
        "wide-spaces": lambda text, _: text.replace(" ", "   "),
        "non-breaking-spaces": lambda text, _: text.replace(" ", "\u00a0"),
        "curly-quotes": _curly,
        "plain-quotes": lambda text, _: text.translate(str.maketrans("‘’“”–—", "''\"\"--")),
        "greeting": lambda text, _: f"Hi there, thanks for the question!\n\n{text}",
        "closing": lambda text, _: f"{text}\n\nHope that helps. Best regards",
        "code-fence": _fenced,
        "inline-code": lambda text, _: re.sub(r"\b(\w+(?:[._]\w+|[a-z][A-Z]\w*)\b)", r"`\1`", text),
        "american-spelling": _american,
        "bold": lambda text, _: _DEFINITE.sub("**the** ", text),
        "heading": lambda text, _: f"## My answer\n\n{text}",
        "wrapped-lines": lambda text, _: _wrapped(text, "\n"),
        "windows-lines": lambda text, _: _wrapped(text, "\r\n"),
        "fillers": _fillers,
        "grader-service": lambda text, _: (
            f"{text} We had that in the job grader service, which sorts print jobs by paper size."
        ),
        "trailing-spaces": lambda text, _: f"\n\n  {text}   \n\n\n",
        "no-full-stops": lambda text, _: re.sub(r"[.](?=\s|$)", "", text),
        "soft-hyphens": lambda text, _: _LONG_WORD.sub(
            lambda word: f"{word[0][:4]}\u00ad{word[0][4:]}", text
        ),
        "ligatures": lambda text, _: text.replace("fi", "ﬁ").replace("fl", "ﬂ"),
        "decomposed": lambda text, _: text.replace("é", "e\u0301").replace("ö", "o\u0308"),
        "byte-order-mark": lambda text, _: f"\ufeff{text}",
    }
    return tuple(
        Oddity(name, _beside_code(change) if name in _BY_SENTENCE else change)
        for name, change in changes.items()
    )


def _beside_code(change: Callable[[str, Rng], str]) -> Callable[[str, Rng], str]:
    """Leave answers with code alone, whose lines are no sentences."""
    return lambda text, rng: text if _CODE.search(text) else change(text, rng)


def _typos(text: str, rng: Rng) -> str:
    """Turn round two letters inside every sixth long word."""
    seen = int(rng.integers(6))

    def slip(word: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        if seen % 6:
            return word[0]
        at = int(rng.integers(2, len(word[0]) - 2))
        return word[0][:at] + word[0][at + 1] + word[0][at] + word[0][at + 2 :]

    return _LONG_WORD.sub(slip, text)


def _emoji(text: str, rng: Rng) -> str:
    return " ".join(f"{each} {_EMOJI[int(rng.integers(len(_EMOJI)))]}" for each in sentences(text))


def _entities(text: str, _: Rng) -> str:
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#39;"),
        ("’", "&rsquo;"),
    ):
        text = text.replace(character, entity)
    return text


def _curly(text: str, _: Rng) -> str:
    text = re.sub(r'(?<!\S)"', "“", text).replace('"', "”")
    return re.sub(r"(?<!\S)'", "‘", text).replace("'", "’")


def _fenced(text: str, rng: Rng) -> str:
    """Put one sentence between code fences, as happens when a text is pasted from a chat."""
    said = sentences(text)
    at = int(rng.integers(len(said)))
    return "\n".join([*said[:at], f"```\n{said[at]}\n```", *said[at + 1 :]])


def _american(text: str, _: Rng) -> str:
    for british, american in _AMERICAN:
        text = british.sub(american, text)
    return text


def _fillers(text: str, rng: Rng) -> str:
    """Put a filler after every ninth word."""
    said = text.split(" ")
    spoken = []
    for number, word in enumerate(said, start=1):
        spoken.append(word)
        if number % 9 == 0 and number < len(said):
            spoken.append(_FILLERS[int(rng.integers(len(_FILLERS)))])
    return " ".join(spoken)


def _wrapped(text: str, ending: str) -> str:
    """Break lines in mid-sentence, as a terminal or an e-mail does."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= _LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return ending.join(lines)
