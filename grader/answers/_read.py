"""From raw text to segments and overlapping windows with exact offsets."""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.answers._clauses import split_long
from grader.answers._lookalikes import as_seen
from grader.answers._misheard import find_repairs
from grader.answers._transcript import looks_transcribed
from grader.errors import AnswerInvalid
from grader.types import Repair
from grader.words import STOP_WORDS, words

_FENCE = re.compile(
    r"^[ \t\ufeff]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*\r?$|\Z)",
    re.MULTILINE | re.DOTALL,
)
# Prose between fences, as happens when text is pasted, has several words, many of them function
# words, and no sign of code.
_FEWEST_FENCED = 5
_JOINING = 0.25
_CODE = re.compile(r"[{}<>=;$|\\]|[\w\])]\(|^\s*(?:[-#/*]|\w+:)", re.MULTILINE)
_BULLET = re.compile(r"[ \t\u00a0\ufeff]*(?:[-*+•‣◦–—]|\(?\d{1,2}[.)]|\(?[a-z][.)])[ \t]+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")

# A sentence ends at closing punctuation followed by space, or at a full stop of scripts that do
# not put a space after it. UAX #29 says the same of the common cases, less the abbreviations.
_INVISIBLE = "\u200b-\u200f\u2060-\u2069\ufeff"
# A sentence that lacks its full stop ends before a capital that only a beginning explains.
_UNMARKED_END = re.compile(
    r"(?<=[a-z0-9])(?=[ \t]+(?:After|Also|An|And|Because|Before|But|Each|Finally|For|If|In|It|My|No"
    r"|On|Once|Otherwise|So|That|The|Then|There|These|They|This|We|When|While|With|Yes|You)[ ,\t])"
)
_SENTENCE_END = re.compile(
    rf"{_UNMARKED_END.pattern}|(?<![.!?…؟।۔])[.!?…؟।۔]++[\"'”’)\]]*+[{_INVISIBLE}]*+(?=\s|</?(?:p|br|div|li)\b)|[。！？｡]+[\"'”’」』）]*"
)
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|fig|mr|mrs|ms|dr|st)\.$", re.IGNORECASE
)
_LONGEST_ABBREVIATION = 8


# Sounds and phrases that fill pauses.
_FILLER = re.compile(r"\b(?:u+m+|u+h+|erm+)\b,? ?|\b(?:you know|I mean)\b,?(?= )", re.IGNORECASE)

# Tags that an editor puts around text; an answer that speaks of HTML has others.
_TAG = re.compile(r"</?(?:p|br|div|span|li|ul|ol)\b[^<>]{0,200}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """The smallest stretch that is read as a unit: a sentence, a bullet, a clause, a code block.

    Attributes:
        start: First code point.
        end: One past the last code point.
        block: Number of the paragraph, bullet or code block it belongs to.
        is_code: Whether it is a fenced code block.
    """

    start: int
    end: int
    block: int
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """One segment, or two neighbours read together.

    Attributes:
        first: Index of the first segment.
        last: Index of the last segment, inclusive.
    """

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be graded.

    Attributes:
        text: Exactly what was sent; all offsets refer to it.
        segments: In order, covering all words of the text.
        windows: All single segments, then all pairs of neighbours; at least one.
        repairs: Terms that speech recognition probably mis-heard, in order, none overlapping
            another or a border of a segment. They are suggestions: the text stays as it is.
    """

    text: str
    segments: tuple[Segment, ...]
    windows: tuple[Window, ...]
    repairs: tuple[Repair, ...] = ()

    def quote(self, span: Segment | Window) -> str:
        """Return the words of a span, verbatim."""
        return self.text[span.start : span.end]

    def reading(self, span: Segment | Window) -> str:
        """Return a span as it should be compared: its words with mis-heard terms repaired.

        Only for matching; what is shown as evidence is the quote.
        """
        pieces: list[str] = []
        position = span.start
        for repair in self.repairs:
            if span.start <= repair.start and repair.end <= span.end:
                pieces += (self.text[position : repair.start], repair.term)
                position = repair.end
        return "".join((*pieces, self.text[position : span.end]))


def read_answer(
    text: object, *, max_characters: int, vocabulary: Sequence[str] = (), spoken: bool = False
) -> Answer:
    """Check an answer, split it, and look for mis-heard terms if it was or looks transcribed.

    Args:
        text: What the candidate sent.
        max_characters: Upper bound on its length, in code points.
        vocabulary: Terms that may have been said and mis-heard; none to leave it.
        spoken: Whether it is known to be as a recogniser wrote it.

    Raises:
        AnswerInvalid: Not text, blank, without a single word, too long, or holding characters that
            no text holds (NUL, unpaired surrogates). Says which and where.
    """
    if not isinstance(text, str):
        raise AnswerInvalid(f"the answer must be text, not {type(text).__name__}")
    if len(text) > max_characters:
        raise AnswerInvalid(
            f"the answer has {len(text):,} characters; the limit is {max_characters:,} "
            "(GRADER_MAX_ANSWER_CHARACTERS)"
        )
    for position, character in enumerate(text):
        if character == "\x00":
            raise AnswerInvalid(f"the answer holds a NUL character at offset {position}; remove it")
        if "\ud800" <= character <= "\udfff":
            raise AnswerInvalid(
                f"the answer holds half of a surrogate pair at offset {position}; "
                "send well-formed UTF-8"
            )
    if not matchable(text) and not any(unicodedata.category(c) == "So" for c in text):
        raise AnswerInvalid("the answer is empty; there is nothing to grade")
    segments = tuple(_segments(text))
    if not segments:
        raise AnswerInvalid("the answer holds no words; there is nothing to grade")
    windows = tuple(_windows(segments))
    return Answer(text, segments, windows, _misheard(text, segments, vocabulary, spoken))


def resegmented(answer: Answer, segments: Iterable[Segment]) -> Answer:
    """Put an answer in other segments, which must cover its words in order and part no repair."""
    others = tuple(segments)
    return replace(answer, segments=others, windows=tuple(_windows(others)))


def _misheard(
    text: str,
    segments: tuple[Segment, ...],
    vocabulary: Sequence[str],
    spoken: bool,  # noqa: FBT001 - private
) -> tuple[Repair, ...]:
    if not vocabulary:
        return ()
    if spoken:
        whole = [(segment.start, segment.end) for segment in segments]
        return find_repairs(text, whole, tuple(vocabulary))
    # Each block by itself, so that a typed greeting does not make a transcript look typed.
    transcribed: list[tuple[int, int]] = []
    for _, run in itertools.groupby(segments, key=lambda segment: segment.block):
        block = list(run)
        if not block[0].is_code and looks_transcribed(text[block[0].start : block[-1].end]):
            transcribed += [(segment.start, segment.end) for segment in block]
    return find_repairs(text, transcribed, tuple(vocabulary)) if transcribed else ()


def matchable(text: str) -> str:
    """Return text as it should be compared: as a person sees it, with spaces collapsed.

    Letters of other scripts that pass for Latin ones, and characters that show nothing, change what
    a model reads and not what a person sees; so do HTML entities, and tags that set out paragraphs.
    Fillers ("um") say nothing.
    """
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    text = " ".join(as_seen(text).split())
    return " ".join(_FILLER.sub("", text).split())


def _segments(text: str) -> Iterator[Segment]:
    for block, (start, end, is_code) in enumerate(_blocks(text)):
        if is_code:
            yield from _trimmed(text, start, end, block, is_code=True)
            continue
        for sentence_start, sentence_end in _sentences(text, start, end):
            for clause_start, clause_end in split_long(text, sentence_start, sentence_end):
                yield from _trimmed(text, clause_start, clause_end, block)


def _trimmed(
    text: str, start: int, end: int, block: int, *, is_code: bool = False
) -> Iterator[Segment]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if any(character.isalnum() for character in text[start:end]):
        yield Segment(start, end, block, is_code)


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    position = 0
    for fence in _FENCE.finditer(text):
        yield from _text_blocks(text, position, fence.start())
        if _is_prose(fence[2]):
            yield from _text_blocks(text, *fence.span(2))
        else:
            yield fence.start(), fence.end(), True
        position = fence.end()
    yield from _text_blocks(text, position, len(text))


def _is_prose(fenced: str) -> bool:
    said = words(fenced)
    joining = sum(word in STOP_WORDS for word in said)
    return (
        len(said) >= _FEWEST_FENCED and joining >= _JOINING * len(said) and not _CODE.search(fenced)
    )


def _text_blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield paragraphs and bullets; lines of a paragraph that were wrapped stay together."""
    open_at: int | None = None
    position = start
    for line in text[start:end].splitlines(keepends=True):
        bullet = _BULLET.match(line)
        begins = bool(bullet) or bool(_HEADING.match(line))
        if open_at is not None and (begins or not line.strip()):
            yield open_at, position, False
            open_at = None
        if line.strip() and open_at is None:
            open_at = position + (bullet.end() if bullet else 0)
        position += len(line)
    if open_at is not None:
        yield open_at, end, False


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for match in _SENTENCE_END.finditer(text, start, end):
        # Closing quotes may follow the full stop; what is looked for ends with the stop itself.
        near = max(position, match.end() - _LONGEST_ABBREVIATION)
        if _ABBREVIATION.search(text, near, match.end()):
            continue
        yield position, match.end()
        position = match.end()
    if position < end:
        yield position, end


def _windows(segments: tuple[Segment, ...]) -> Iterator[Window]:
    for index, segment in enumerate(segments):
        yield Window(segment.start, segment.end, index, index)
    for index, (left, right) in enumerate(itertools.pairwise(segments)):
        if not left.is_code and not right.is_code:
            yield Window(left.start, right.end, index, index + 1)
