"""Importing guides, from files to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from grader.files import OutputRefused
from grader.importing._complete import SentenceEncoder, complete
from grader.importing._drafts import Draft
from grader.importing._errors import GuideInvalid
from grader.importing._extract import Extract, extract
from grader.importing._render import Named, to_finish
from grader.importing._report import Failure, ImportReport
from grader.importing._topics import topic_of
from grader.importing._write import plan_drafts, write_plans, write_report
from grader.importing.formats import read_guide
from grader.slugs import slug, unique


def import_guides(
    guides: Sequence[Path],
    output: Path,
    encoder: Callable[[], SentenceEncoder],
    *,
    force: bool = False,
    bank: Path | None = None,
) -> ImportReport:
    """Turn interview guides into draft rubrics and reference answers.

    A guide that cannot be read is reported and the others are imported. Everything in the output
    says which lines of which guide it comes from, and every line of a guide is either in the output
    or in the report with the reason why not. All rubrics are drafts, whatever the guide says.

    Args:
        guides: Files, each once.
        output: Gets `rubrics/<topic>/<id>.yaml`, `corpus/<topic>/<id>.md` and the report.
        encoder: Loads the model that compares follow-ups with points; called only if needed.
        force: Overwrite earlier drafts. Published rubrics are kept all the same.
        bank: Rubrics that are being served. One that does not load would stop the service, so drafts
            that a person has to complete first are not written among them.

    Raises:
        OutputRefused: Files are in the way, the folder cannot be written, or it is the bank's. Where
            files are in the way, or it is the bank's, nothing has been written.
    """
    extracts: list[Extract] = []
    failures: list[Failure] = []
    for path, name in _short_names(guides).items():
        try:
            extracts.append(extract(read_guide(path, name)))
        except GuideInvalid as error:
            message = f"{path}{str(error).removeprefix(name)}"
            failures.append(Failure(str(path), message))
    # What is in the way is said at once, not after the model has been loaded.
    plan_drafts(list(_named(extracts)), output, force=force)
    extracts = _completed(extracts, encoder)
    named = list(_named(extracts))
    _keep_out_of_bank([draft for draft, _ in named], output, bank)
    plans = plan_drafts(named, output, force=force)
    written = write_plans(plans, output)
    report = ImportReport(str(output), tuple(extracts), tuple(written), tuple(failures))
    if not extracts:
        return report
    return replace(report, report=write_report(report.as_json(), output, force=force))


def _keep_out_of_bank(drafts: Sequence[Named], output: Path, bank: Path | None) -> None:
    unfinished = [named.id for named in drafts if not named.draft.is_complete]
    if unfinished and bank and (output / "rubrics").resolve() == bank.resolve():
        raise OutputRefused(
            f"{output} holds the rubrics in use, and {len(unfinished)} drafts do not load until they "
            f"are finished ({', '.join(unfinished[:5])}); nothing was written. Choose another folder "
            "and move the finished drafts"
        )


def _short_names(guides: Sequence[Path]) -> dict[Path, str]:
    """Name each guide by its file name, or by its path where two have the same."""
    paths = list(dict.fromkeys(guides))
    names = [path.name for path in paths]
    return {p: p.name if p.name and names.count(p.name) == 1 else str(p) for p in paths}


def _completed(
    extracts: Sequence[Extract], encoder: Callable[[], SentenceEncoder]
) -> list[Extract]:
    drafts = iter(complete([draft for one in extracts for draft in one.drafts], encoder))
    return [replace(one, drafts=tuple(next(drafts) for _ in one.drafts)) for one in extracts]


def _named(extracts: Sequence[Extract]) -> Iterator[tuple[Named, str]]:
    """Give every draft a topic and an id; ids differ over all guides of the import."""
    taken: set[str] = set()
    lost: dict[str, int] = {}
    for one in extracts:
        for draft in one.drafts:
            topic, heading = topic_of(draft, one.guide.file)
            name = _name(draft)
            if not name:
                lost[topic] = lost.get(topic, 0) + 1
                name = f"{topic}-{'question' if draft.question else 'answer'}-{lost[topic]}"
            name = unique(name, taken)
            taken.add(name)
            yield Named(draft, name, topic, heading, tuple(to_finish(draft))), one.guide.file


def _name(draft: Draft) -> str:
    title = draft.question or draft.title
    return slug(title.text) if title else ""
