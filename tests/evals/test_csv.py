from __future__ import annotations

from pathlib import Path

import pytest

from evals.datasets import DatasetInvalid, import_csv
from grader.types import Verdict

HEADINGS = (
    "id,rubric_id,rubric_version,answer,rater,score,point:first,evidence:first,"
    "point:second,mistake:wrong,tag:style\n"
)


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_row_becomes_a_labelled_answer(tmp_path: Path) -> None:
    rows = (
        '1,queue-basics,1.0.0,"It holds bursts back,\nand decouples.",ann,75,Covered,'
        "holds bursts || decouples,,yes,terse\n"
        "2,queue-basics,1.0.0,Nothing.,,,missing,,missing,no,\n"
    )
    first, second = import_csv(table(tmp_path, HEADINGS + rows))
    assert first.rater == "ann"
    assert first.score == 75
    assert first.tags == {"style": "terse"}
    assert first.mistakes["wrong"].made
    assert set(first.points) == {"first"}
    label = first.points["first"]
    assert label.verdict is Verdict.COVERED
    assert [span.quote for span in label.evidence] == ["holds bursts", "decouples"]
    assert all(first.answer[s.start : s.end] == s.quote for s in label.evidence)
    assert second.points["second"].verdict is Verdict.MISSING
    assert not second.mistakes["wrong"].made


def test_wrong_rows_are_told_all_at_once(tmp_path: Path) -> None:
    rows = (
        "1,queue-basics,1.0.0,It holds.,,,sort of,,,,\n"
        "2,queue-basics,1.0.0,It holds.,,,covered,not there,,,\n"
        "3,queue-basics,1.0.0,It holds.,,,,,,perhaps,\n"
        "4,queue-basics,1.0.0\n"
        "5,,1.0.0,It holds.,,120,,,,,\n"
    )
    with pytest.raises(DatasetInvalid) as caught:
        import_csv(table(tmp_path, HEADINGS + rows))
    told = {(problem.line, problem.where) for problem in caught.value.problems}
    assert told == {
        (2, "points.first.verdict"),
        (3, "evidence:first"),
        (4, "mistake:wrong"),
        (5, ""),
        (6, "rubric_id"),
        (6, "score"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,answer\n1,x\n", "rubric_id: there is no such column"),
        (HEADINGS.replace("tag:style", "style") + "1,r,1.0.0,x,,,,,,,\n", "style: unknown column"),
        (HEADINGS, "no row"),
        (HEADINGS + '1,"r,1.0.0,x\n', "not CSV"),
    ],
)
def test_tables_that_cannot_be_used_say_why(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DatasetInvalid, match=words):
        import_csv(table(tmp_path, text))
