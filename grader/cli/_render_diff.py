"""The difference between two rubric versions, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from grader.bank import Change, EntryChange, FieldChange, RubricDiff, WordDiff, marked_words
from grader.types import Rubric

_SIGNS = {
    Change.ADDED: ("+", "green"),
    Change.REMOVED: ("-", "red"),
    Change.RENAMED: ("~", "yellow"),
    Change.CHANGED: ("~", "yellow"),
}
_PARTS = {
    "points": "Points",
    "mistakes": "Mistakes",
    "follow_ups": "Follow-ups",
    "options": "Options",
    "examples": "Examples",
}
_NAMES = {"accept": "accepted", "reject": "rejected", "ask": "question"}

# What an entry says, and all fields that are read rather than looked up: these are shown on lines of
# their own, with the words that differ marked.
_WORDING = ("claim", "ask", "text", "answer")
_PROSE = {*_WORDING, "question", "correction", "explanation"}
_MOST_PLACES = 12


def render_diff(diff: RubricDiff, old: Rubric, new: Rubric) -> None:
    """Print what changed, what it means for grades, and which version number it asks for."""
    page = _Page(Console(highlight=False))
    page.line(Text(new.question, style="bold"))
    page.line(Text(_names(old, new), style="dim"))
    if diff.is_empty:
        page.line(Text("No difference.", style="dim"))
        return
    if diff.fields:
        page.section("Rubric")
        page.lines(line for change in diff.fields for line in _field(change))
    if diff.reference_answer:
        page.section("Reference answer")
        page.lines(_reference(diff.reference_answer))
    for part, title in _PARTS.items():
        changes = [entry for entry in diff.entries if entry.part == part]
        if changes:
            page.section(title)
        for change in changes:
            page.line(_headline(change))
            page.lines(_details(change))
    page.section("Old grades")
    page.lines(_comparability(diff))
    page.section("Version")
    page.lines([Text(diff.version.message, style="" if diff.version.fits else "yellow")])


class _Page:
    """Wraps lines so that what follows a sign stays in line with what stands beside it."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: Text, indent: int = 0) -> None:
        hanging = indent + (2 if text.plain[:2] in ("- ", "+ ", "~ ") else 0)
        width = max(20, self._console.width - hanging)
        for number, part in enumerate(text.wrap(self._console, width)):
            part.rstrip()
            self._console.print(Text(" " * (hanging if number else indent)) + part, soft_wrap=True)

    def lines(self, texts: Iterable[Text]) -> None:
        for text in texts:
            self.line(text, indent=3)

    def section(self, title: str) -> None:
        self._console.print()
        self.line(Text(title, style="bold underline"))


def _names(old: Rubric, new: Rubric) -> str:
    now = f"{new.version} ({new.status})"
    return f"{old.id} {old.version} ({old.status}) → " + (
        now if old.id == new.id else f"{new.id} {now}"
    )


def _headline(entry: EntryChange) -> Text:
    sign, style = _SIGNS[entry.change]
    said = [str(entry.change)] if entry.change is not Change.CHANGED else []
    if entry.old_id is not None:
        said[0] += f", was {entry.old_id}"
    if entry.change in (Change.CHANGED, Change.RENAMED):
        said += _what_changed(entry.fields)
    name = f"example {entry.id}" if entry.part == "examples" else entry.id
    what = f"  {', '.join(dict.fromkeys(said))}"
    return Text.assemble((f"{sign} ", style), (name, "bold"), (what, style))


def _what_changed(fields: Sequence[FieldChange]) -> Iterator[str]:
    for change in fields:
        if change.field == "required":
            yield "now required" if change.new else "no longer required"
        elif change.field == "correct":
            yield "now correct" if change.new else "no longer correct"
        elif change.field in ("accept", "reject"):
            yield f"{_NAMES[change.field]} phrasings"
        elif change.field in _PROSE:
            yield "reworded" if change.field in _WORDING else f"other {change.field}"
        elif change.field in ("points", "mistakes"):
            yield "other labels"
        elif change.removed or change.added or change.field.startswith("order"):
            yield change.field
        else:
            yield f"{change.field} {_shown(change.old)} → {_shown(change.new)}"


def _details(entry: EntryChange) -> Iterator[Text]:
    if entry.change in (Change.ADDED, Change.REMOVED):
        yield from _whole(entry)
        return
    for change in entry.fields:
        if change.field in _PROSE or change.removed or change.added:
            yield from _field(change)


def _whole(entry: EntryChange) -> Iterator[Text]:
    """Show an entry that is only in one version: its text, and numbers in one line."""
    values = {f.field: f.new if entry.change is Change.ADDED else f.old for f in entry.fields}
    lists = {f.field: f.added or f.removed for f in entry.fields}
    for name in _WORDING:
        if values.get(name):
            yield Text(str(values[name]))
    facts = [f"{n} {values[n]:g}" for n in ("weight", "penalty") if values.get(n) is not None]
    facts += [str(values[n]) for n in ("severity", "style") if values.get(n) is not None]
    facts += [n for n in ("required", "correct") if values.get(n)]
    if lists.get("targets"):
        facts.append(f"for {', '.join(lists['targets'])}")
    facts += [
        f"{len(lists[n])} {_NAMES[n]} phrasings" for n in ("accept", "reject") if lists.get(n)
    ]
    if facts:
        yield Text(", ".join(facts), style="dim")


def _field(change: FieldChange) -> Iterator[Text]:
    name = _NAMES.get(change.field, change.field)
    if change.removed or change.added:
        for sign, style, entries in (("-", "red", change.removed), ("+", "green", change.added)):
            for entry in entries:
                yield Text.assemble((f"{sign} ", style), (f"{name}: ", "dim"), entry)
    elif change.field in _PROSE:
        before, after = marked_words(str(change.old), str(change.new))
        yield _marked("-", "red", before)
        yield _marked("+", "green", after)
    else:
        yield Text.assemble((f"{name}: ", "dim"), f"{_shown(change.old)} → {_shown(change.new)}")


def _marked(sign: str, style: str, runs: Sequence[tuple[str, bool]]) -> Text:
    words = [Text(words, style=f"bold {style}" if differs else "") for words, differs in runs]
    return Text.assemble((f"{sign} ", style), Text(" ").join(words))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value) if value not in (None, "") else "none"


def _reference(diff: WordDiff) -> Iterator[Text]:
    share = diff.kept / max(1, diff.kept + diff.removed)
    yield Text(
        f"{diff.removed} words removed, {diff.added} added; {share:.0%} of the old text stays"
    )
    for place in diff.changes[:_MOST_PLACES]:
        yield Text.assemble(
            (f"… {place.before} " if place.before else "", "dim"),
            (f"[-{place.removed}-]" if place.removed else "", "red"),
            (f"{{+{place.added}+}}" if place.added else "", "green"),
            (f" {place.after} …" if place.after else "", "dim"),
        )
    if len(diff.changes) > _MOST_PLACES:
        yield Text(f"and {len(diff.changes) - _MOST_PLACES} places more", style="dim")


def _comparability(diff: RubricDiff) -> Iterator[Text]:
    found = diff.comparability
    yield Text(found.message)
    if not found.same_structure:
        listed = (
            ("same id and weight", found.kept),
            ("same id, other weight", found.reweighted),
            ("only in the old version", found.dropped),
            ("only in the new version", found.added),
        )
        for label, names in listed:
            if names:
                yield Text.assemble((f"{label}: ", "dim"), ", ".join(names))
        for name, former in found.renamed.items():
            yield Text.assemble(("same claim under a new id: ", "dim"), f"{former} → {name}")
    old, new = (ref.structure_sha256[:12] for ref in (diff.old, diff.new))
    yield Text(f"structure hash {old if old == new else f'{old} → {new}'}", style="dim")
