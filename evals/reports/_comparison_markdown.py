"""A comparison's report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evals.comparison import Comparison, headline_sentences
from evals.reports._changes import (
    ChangedView,
    DifferenceRow,
    FindingRow,
    claim_of,
    difference_rows,
    moved_points,
    without_ungraded,
)
from evals.reports._markdown import code, details, escaped, joined, marked, table
from evals.reports._words import Unit, number, p_value
from evals.wording import counted

_ANSWERS = 5
_POINTS = 10


def comparison_markdown(comparison: Comparison) -> str:
    """Write a comparison for a pull request: differences, migration, points, changed answers."""
    return joined(_blocks(comparison))


def _blocks(comparison: Comparison) -> Iterator[str]:
    first, second = comparison.first, comparison.second
    first_sentence, *others = map(escaped, headline_sentences(comparison, figures=False))
    yield f"### {first_sentence}"
    yield " ".join(others)
    yield (
        f"{code(first.name)} → {code(second.name)}, "
        f"{counted(comparison.answers, 'answer')} to {counted(comparison.questions, 'question')}; "
        f"{counted(comparison.changed, 'answer is', 'answers are')} graded differently."
    )
    yield "\n".join(f"- {escaped(note)}" for note in comparison.notes)
    rows = difference_rows(comparison.differences)
    if rows:
        yield _differences(rows)
        yield "<sub>Second less first; shares in percentage points. ▲ better, ▼ worse.</sub>"
    yield "**What became of the verdicts**"
    yield _migration(comparison.migration)
    right = comparison.rightness
    if right.gained or right.lost:
        yield f"{right.gained:,} verdicts wrong before are right now, {right.lost:,} the reverse."
    yield _points(comparison)
    if comparison.changed_answers:
        most = comparison.changed_answers[:_ANSWERS]
        yield (
            f"**Largest changes**, {len(most)} of {comparison.changed:,}; **bold** is what the "
            "second quotes, <ins>underlined</ins> what the first does."
        )
        yield from (_answer(ChangedView(changed)) for changed in most)


def _differences(rows: list[DifferenceRow]) -> str:
    return table(
        ["measure", "first", "second", "difference", "95 % interval", "p"],
        [
            [
                escaped(row.title),
                row.first,
                row.second,
                f"{row.arrow} **{row.difference}**".strip(),
                row.interval,
                escaped(p_value(row.p_value)),
            ]
            for row in rows
        ],
        "lrrrrr",
    )


def _migration(migration: Mapping[str, Mapping[str, int]]) -> str:
    migration = without_ungraded(migration)
    columns = list(next(iter(migration.values()), ()))
    return table(
        ["first ↓ second →", *columns],
        [
            [first, *(f"**{row[to]:,}**" if to == first else f"{row[to]:,}" for to in columns)]
            for first, row in migration.items()
        ],
        "l" + "r" * len(columns),
    )


def _points(comparison: Comparison) -> str:
    clear = [each for each in moved_points(comparison) if each.change in {"better", "worse"}]
    if not clear:
        return ""
    rows = [
        [
            "▲ better" if point.change == "better" else "▼ worse",
            escaped(claim_of(point)),
            code(f"{point.rubric_id} {point.id}"),
            " → ".join(number(share, Unit.SHARE) for share in point.accuracy or ()),
            escaped(p_value(point.p_adjusted)),
        ]
        for point in clear[:_POINTS]
    ]
    return table(["", "point", "id", "right", "p"], rows, "lllrr")


def _answer(view: ChangedView) -> str:
    changed = view.changed
    first, second = (_score(grade.score) for grade in (changed.first, changed.second))
    label = changed.second.label_score
    said = "" if label is None else f", label’s {label:.0f}"
    rows = [
        [
            escaped(row.claim or row.finding.id),
            row.label,
            row.first,
            f"{row.second}{_arrow(row)}",
            escaped(row.finding.second.why if row.finding.second else ""),
        ]
        for row in view.rows
    ]
    found = table(
        ["point or mistake", "label", "first", "second", "why now"],
        rows,
        "lllll",
    )
    return details(
        f"{code(changed.id)}, score {first} → {second}{said}",
        joined([escaped(changed.question), marked(view.pieces), found if rows else ""]).strip(),
    )


def _score(score: float | None) -> str:
    return "withheld" if score is None else f"{score:.0f}"


def _arrow(row: FindingRow) -> str:
    return {"better": " ▲", "worse": " ▼"}.get(row.outcome, "")
