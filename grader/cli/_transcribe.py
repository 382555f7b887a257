"""`grader transcribe`: a recording, or a transcript with times, to text and delivery."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.errors import BadInput

if TYPE_CHECKING:
    from rich.text import Text

    from grader.settings import Settings
    from grader.speech.transcripts import Transcript
    from grader.spoken import Delivery, Doubt

_BARS = "▁▂▃▄▅▆▇█"


def transcribe(
    file: Annotated[
        str,
        typer.Argument(help="Audio, WebVTT, SubRip or a recogniser's JSON; '-' is standard input."),
    ],
    rubric: Annotated[
        str | None, typer.Option(help="Id of a rubric whose terms may be said.")
    ] = None,
    speaker: Annotated[
        str | None, typer.Option(help="The candidate, where a transcript names several speakers.")
    ] = None,
    filler: Annotated[
        list[str] | None,
        typer.Option(help="A word that counts as a filler, as 'like' may; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write down what is said in a recording, or read a transcript: text, times, delivery.

    Exits with 1 when nothing in it can be relied on, so that it cannot be graded.
    """
    import json

    from grader.cli._open import load_settings
    from grader.speech import doubtful_spans, unusable
    from grader.speech.delivery import measure_delivery
    from grader.speech.transcripts import is_text, only, parse_transcript

    settings = load_settings()
    data = _read(file)
    if is_text(data):
        whole, engine = parse_transcript(data), None
    else:
        whole, engine = _recognised(data, rubric, settings)
    transcript = only(whole, speaker)
    least = settings.speech.least_confidence
    doubts = doubtful_spans(transcript, least)
    problem = unusable(transcript, least_confidence=least)
    # How words were spoken that nobody said is nothing to report.
    delivery = None
    if problem is None:
        delivery = measure_delivery(whole, speaker=speaker, fillers=filler or ())
    if as_json:
        document: dict[str, Any] = {
            "transcript": transcript.model_dump(mode="json"),
            "engine": engine,
            "cannot_grade": problem,
            "doubtful": [doubt.model_dump(mode="json") for doubt in doubts],
            "delivery": delivery.model_dump(mode="json") if delivery else None,
        }
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        _render(transcript, doubts, delivery, problem)
    if problem:
        raise typer.Exit(1)


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from None


def _recognised(data: bytes, rubric: str | None, settings: Settings) -> tuple[Transcript, str]:
    """Transcribe audio; what is wrong with it is said before the engine is loaded."""
    import asyncio

    from grader.answers import spoken_terms
    from grader.bank import load_bank
    from grader.speech import limits_of
    from grader.speech.audio import read_audio
    from grader.speech.engines import build_transcriber

    speech = settings.speech
    audio = read_audio(data, limits_of(speech))
    vocabulary: tuple[str, ...] = ()
    if rubric is not None:
        bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
        vocabulary = spoken_terms(bank.get(rubric))
    engine = build_transcriber(speech)
    transcript = asyncio.run(
        engine.transcribe(audio, vocabulary=vocabulary, language=speech.language or None)
    )
    return transcript, engine.identity


def _render(
    transcript: Transcript,
    doubts: tuple[Doubt, ...],
    delivery: Delivery | None,
    problem: str | None,
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    length = f", {_clock(transcript.duration_ms)}" if transcript.duration_ms else ""
    language = f", {transcript.language}" if transcript.language else ""
    console.print(Text(f"{transcript.source}{language}{length}", style="dim"))
    if problem:
        console.print(Text("Cannot be graded: ", style="bold red") + Text(f"{problem}."))
    for note in transcript.notes:
        console.print(Text(f"Note: {note}.", style="yellow"))
    console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right", no_wrap=True)
    table.add_column()
    for start_ms, text in _paragraphs(transcript, doubts):
        table.add_row(_clock(start_ms), text)
    console.print(table)
    if doubts:
        words = sum(doubt.words for doubt in doubts)
        console.print()
        console.print(Text(f"⟨…⟩ marks {words} words that are not relied on.", style="dim"))
    if delivery is None:
        return
    console.print()
    console.print(Text("Delivery", style="bold") + Text("  (never part of a score)", style="dim"))
    grid = Table.grid(padding=(0, 2))
    for name, value in _measures(delivery):
        grid.add_row(name, value)
    console.print(grid)


def _paragraphs(transcript: Transcript, doubts: tuple[Doubt, ...]) -> list[tuple[int, Text]]:
    """Return the text in pieces of about a quarter of a minute, with doubtful stretches marked."""
    from itertools import groupby

    from rich.text import Text

    from grader.speech.delivery import WINDOW_MS

    opens = {doubt.start for doubt in doubts}
    closes = {doubt.end for doubt in doubts}
    pieces: list[tuple[int, Text]] = []
    for _, group in groupby(transcript.words, key=lambda w: (w.turn, w.start_ms // WINDOW_MS)):
        piece = list(group)
        written = " ".join(
            f"{'⟨' * (word.start in opens)}{transcript.said(word)}{'⟩' * (word.end in closes)}"
            for word in piece
        )
        pieces.append((piece[0].start_ms, Text(written)))
    return pieces


def _measures(delivery: Delivery) -> list[tuple[str, str]]:
    """Return what was measured, a name and a value each."""
    rate = f"{delivery.speech_rate:.0f} words a minute"
    if delivery.articulation_rate is not None:
        rate += f", {delivery.articulation_rate:.0f} without pauses"
    said = f"{delivery.words} words in {_clock(delivery.speaking_ms)}"
    measures = [("pace", f"{rate}  ({said})")]
    pauses, run = delivery.pauses, delivery.longest_run
    if pauses is not None:
        longest = f", the longest {pauses.longest_ms / 1000:.1f} s" if pauses.count else ""
        long = f"; {pauses.long_count} of 2 s or more" if pauses.long_count else ""
        total = f"{pauses.count}, {pauses.total_ms / 1000:.1f} s in all"
        measures.append(("pauses", f"{total}{longest}{long}"))
    if run is not None:
        measures.append(
            ("longest run", f"{run.words} words, {run.duration_ms / 1000:.1f} s without a pause")
        )
    fillers = delivery.fillers
    each = ", ".join(f"{word} {count}" for word, count in fillers.by_word.items())
    listed = f"  ({each})" if each else ""
    measures.append(("fillers", f"{fillers.count}, {fillers.per_minute:.1f} a minute{listed}"))
    measures.append(("self-corrections", str(len(delivery.self_corrections))))
    paces = [window.words_per_minute for window in delivery.windows]
    if sum(pace is not None for pace in paces) > 1:
        highest = max(pace for pace in paces if pace is not None) or 1.0
        bars = "".join(
            " " if pace is None else _BARS[min(7, int(pace / highest * 7.999))] for pace in paces
        )
        measures.append(("pace over time", f"{bars}  (15 s each, up to {highest:.0f} a minute)"))
    if delivery.estimated:
        measures.append(("note", "times are those of captions; pauses cannot be told"))
    return measures


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02d}"
