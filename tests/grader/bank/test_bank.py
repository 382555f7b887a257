from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import Bank, load_bank, load_corpus, parse_rubric, passages
from grader.errors import RubricInvalid, RubricNotFound
from grader.types import Rubric, Status
from tests.grader.factories import document

Put = Callable[..., Path]


@pytest.fixture
def rubrics_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "rubrics"
    folder.mkdir()
    return folder


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "messaging").mkdir(parents=True)
    return folder


@pytest.fixture
def put(rubrics_dir: Path) -> Put:
    def put_rubric(name: str, **changes: Any) -> Path:
        path = rubrics_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = document(**({"status": "published"} | changes))
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    return put_rubric


def version(number: str, status: Status = Status.PUBLISHED, name: str = "queue-basics") -> Rubric:
    return parse_rubric(document(id=name, version=number, status=status))


def test_every_rubric_below_the_folder_is_loaded(put: Put, rubrics_dir: Path) -> None:
    put("deep/er/queues.yaml", id="queues")
    put("caches.yml", id="caches")

    bank = load_bank(rubrics_dir, None)

    assert [rubric.id for rubric in bank] == ["caches", "queues"]
    assert len(bank) == 2
    assert bank.file_of(bank.get("caches")) == rubrics_dir / "caches.yml"


def test_other_files_and_interview_scripts_are_passed_over(put: Put, rubrics_dir: Path) -> None:
    put("queues.yaml")
    (rubrics_dir / "README.md").write_text("not a rubric", encoding="utf-8")
    (rubrics_dir / "notes.txt").write_text("- not\n- a rubric", encoding="utf-8")
    for folder in ("interviews", "messaging/interviews/deep"):
        (rubrics_dir / folder).mkdir(parents=True)
        (rubrics_dir / folder / "script.yaml").write_text("- ask something", encoding="utf-8")

    assert [rubric.id for rubric in load_bank(rubrics_dir, None)] == ["queue-basics"]


def test_a_rubric_named_interviews_is_still_a_rubric(put: Put, rubrics_dir: Path) -> None:
    put("interviews.yaml")

    assert len(load_bank(rubrics_dir, None)) == 1


def test_a_folder_called_interviews_above_the_bank_hides_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "interviews" / "rubrics"
    folder.mkdir(parents=True)
    (folder / "queues.yaml").write_text(yaml.safe_dump(document()), encoding="utf-8")

    assert len(list(load_bank(folder, None).all_versions())) == 1


def test_references_are_taken_from_the_corpus(
    put: Put, rubrics_dir: Path, corpus_dir: Path
) -> None:
    (corpus_dir / "messaging/queues.md").write_text("# Queues\n\nThey decouple.\n", "utf-8")
    put("queues.yaml", reference="messaging/queues.md")

    rubric = load_bank(rubrics_dir, corpus_dir).get("queue-basics")

    assert rubric.reference_answer == "They decouple."


def test_an_inline_reference_answer_wins_over_the_corpus(
    put: Put, rubrics_dir: Path, corpus_dir: Path
) -> None:
    (corpus_dir / "messaging/queues.md").write_text("# Queues\n\nThey decouple.\n", "utf-8")
    put("queues.yaml", reference="messaging/queues.md", reference_answer="Said here.")

    assert load_bank(rubrics_dir, corpus_dir).get("queue-basics").reference_answer == "Said here."


@pytest.mark.parametrize("exists", [True, False])
def test_without_a_corpus_a_reference_is_unknown(
    put: Put, rubrics_dir: Path, tmp_path: Path, exists: bool
) -> None:
    put("queues.yaml", reference="messaging/queues.md")
    missing = tmp_path / "no-corpus" if exists else None

    with pytest.raises(RubricInvalid, match="there is no reference answer 'messaging/queues"):
        load_bank(rubrics_dir, missing)


def test_all_problems_of_all_files_come_at_once(put: Put, rubrics_dir: Path) -> None:
    put("a.yaml", id="a", version="one", level="high")
    put("b.yaml", id="b")
    put("c.yaml", id="c", surprise=1)
    (rubrics_dir / "d.yaml").write_bytes(b"\xff")

    with pytest.raises(RubricInvalid) as caught:
        load_bank(rubrics_dir, None)

    problems = caught.value.problems
    assert sorted((Path(p.file).name, p.where) for p in problems) == [
        ("a.yaml", "level"),
        ("a.yaml", "version"),
        ("c.yaml", "surprise"),
        ("d.yaml", ""),
    ]


def test_problems_of_the_corpus_and_of_the_rubrics_come_at_once(
    put: Put, rubrics_dir: Path, corpus_dir: Path
) -> None:
    (corpus_dir / "bad.md").write_text("no title", encoding="utf-8")
    put("a.yaml", version="one")

    with pytest.raises(RubricInvalid) as caught:
        load_bank(rubrics_dir, corpus_dir)

    assert {Path(p.file).name for p in caught.value.problems} == {"bad.md", "a.yaml"}


def test_the_same_id_and_version_in_two_files_is_reported(put: Put, rubrics_dir: Path) -> None:
    first = put("a.yaml")
    second = put("b.yaml", question="Something else?")

    with pytest.raises(RubricInvalid) as caught:
        load_bank(rubrics_dir, None)

    [problem] = caught.value.problems
    assert (problem.file, problem.where) == (str(second), "id")
    assert problem.message == f"'queue-basics' 1.0.0 is already defined in {first}"


def test_two_versions_of_an_id_live_side_by_side(put: Put, rubrics_dir: Path) -> None:
    put("a.yaml")
    put("b.yaml", version="1.1.0")

    bank = load_bank(rubrics_dir, None)

    assert [rubric.version for rubric in bank.all_versions()] == ["1.0.0", "1.1.0"]
    assert bank.get("queue-basics").version == "1.1.0"
    assert bank.get("queue-basics", "1.0.0").version == "1.0.0"


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RubricInvalid, match="no such folder"):
        load_bank(tmp_path / "none", None)


def test_a_folder_without_rubrics_is_reported(rubrics_dir: Path) -> None:
    with pytest.raises(RubricInvalid, match=r"there is no \.yaml file"):
        load_bank(rubrics_dir, None)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.9.0", "1.10.0"),
        ("9.0.0", "10.0.0"),
        ("1.0.9", "1.0.10"),
        ("1.0.10", "1.1.0"),
        ("1.99.99", "2.0.0"),
        ("1.0.0-rc.1", "1.0.0"),
        ("1.0.0", "1.0.1-alpha"),
        ("1.0.0-alpha", "1.0.0-beta"),
        ("1.0.0-alpha", "1.0.0-alpha.1"),
        ("1.0.0-1", "1.0.0-alpha"),
        ("1.0.0-rc.9", "1.0.0-rc.10"),
        ("1.0.0-rc.10", "1.0.0-rc.2-b"),
    ],
)
@pytest.mark.parametrize("newer_first", [True, False])
def test_the_newest_published_version_is_current(older: str, newer: str, newer_first: bool) -> None:
    versions = [version(newer), version(older)]

    bank = Bank(versions if newer_first else versions[::-1])

    assert bank.get("queue-basics").version == newer
    assert [rubric.version for rubric in bank] == [newer]
    assert [rubric.version for rubric in bank.all_versions()] == [older, newer]


@pytest.mark.parametrize(
    "number",
    [
        "1",
        "1.0",
        "v1.0.0",
        "1.0.0-",
        "1.0.0-a b",
        "1.0.0\n",
        "-1.0.0",
        pytest.param("01.0.0"),
        pytest.param("1.00.0"),
        pytest.param("1.0.0-a..b"),
        pytest.param("١.0.0"),
    ],
)
def test_what_is_no_semantic_version_is_refused(number: str) -> None:
    with pytest.raises(RubricInvalid):
        version(number)


@given(st.permutations([version(f"{a}.{b}.{c}") for a in (1, 2) for b in (2, 10) for c in (0, 11)]))
def test_versions_are_ordered_by_number_however_they_come(rubrics: list[Rubric]) -> None:
    numbers = [tuple(map(int, r.version.split("."))) for r in Bank(rubrics).all_versions()]

    assert numbers == sorted(numbers)


def test_a_draft_is_never_current_in_a_bank_that_serves() -> None:
    bank = Bank([version("1.0.0"), version("2.0.0", Status.DRAFT)])

    assert bank.get("queue-basics").version == "1.0.0"
    with pytest.raises(RubricNotFound, match=r"no version 2\.0\.0"):
        bank.get("queue-basics", "2.0.0")


def test_an_id_with_drafts_alone_has_no_current_version() -> None:
    bank = Bank([version("1.0.0", Status.DRAFT)])

    assert (len(bank), list(bank)) == (0, [])
    assert len(list(bank.all_versions())) == 1
    with pytest.raises(RubricNotFound, match=r"no published version; it has 1\.0\.0 \(draft\)"):
        bank.get("queue-basics")


def test_an_author_may_use_a_draft_where_nothing_is_published() -> None:
    bank = Bank([version("1.0.0", Status.DRAFT), version("1.1.0", Status.DRAFT)], drafts=True)

    assert bank.get("queue-basics").version == "1.1.0"
    assert bank.get("queue-basics", "1.0.0").version == "1.0.0"
    assert len(bank) == 1


def test_a_draft_does_not_replace_a_published_version_for_its_author_either() -> None:
    bank = Bank([version("1.0.0"), version("2.0.0", Status.DRAFT)], drafts=True)

    assert bank.get("queue-basics").version == "1.0.0"
    assert bank.get("queue-basics", "2.0.0").status is Status.DRAFT


@pytest.mark.parametrize("drafts", [True, False])
def test_a_retired_version_is_never_current_but_can_be_asked_for(drafts: bool) -> None:
    bank = Bank([version("1.0.0", Status.RETIRED)], drafts=drafts)

    assert len(bank) == 0
    assert bank.get("queue-basics", "1.0.0").status is Status.RETIRED
    with pytest.raises(RubricNotFound, match="retired"):
        bank.get("queue-basics")


def test_a_retired_newest_version_leaves_the_one_before_current() -> None:
    bank = Bank([version("1.0.0"), version("2.0.0", Status.RETIRED)])

    assert bank.get("queue-basics").version == "1.0.0"


def test_an_unknown_id_lists_the_near_ones() -> None:
    names = ["node-event-loop", "node-streams", "password-hashing"]
    bank = Bank([version("1.0.0", name=name) for name in names])

    with pytest.raises(RubricNotFound) as caught:
        bank.get("node-event-lop")

    assert "there is no rubric 'node-event-lop'; the nearest are node-event-loop" in str(
        caught.value
    )
    assert "password-hashing" not in str(caught.value)


def test_an_unknown_id_near_none_names_none() -> None:
    with pytest.raises(RubricNotFound, match=r"no rubric 'zzzzzzz'; .* list the ids") as caught:
        Bank([version("1.0.0")]).get("zzzzzzz")

    assert "queue-basics" not in str(caught.value)


def test_an_unknown_version_lists_those_there_are() -> None:
    bank = Bank([version("1.0.0"), version("1.1.0", Status.RETIRED)])

    with pytest.raises(RubricNotFound) as caught:
        bank.get("queue-basics", "3.0.0")

    assert str(caught.value) == (
        "rubric 'queue-basics' has no version 3.0.0; it has 1.0.0 (published), 1.1.0 (retired)"
    )


def test_a_bank_loads_drafts_only_for_those_who_ask(put: Put, rubrics_dir: Path) -> None:
    put("a.yaml", status="draft")

    assert len(load_bank(rubrics_dir, None)) == 0
    assert len(load_bank(rubrics_dir, None, drafts=True)) == 1


def test_a_rubric_from_elsewhere_has_no_file() -> None:
    bank = Bank([version("1.0.0")])

    assert bank.file_of(bank.get("queue-basics")) is None


def test_a_reference_answer_has_a_source_a_title_and_a_text(corpus_dir: Path) -> None:
    path = corpus_dir / "messaging" / "queues.md"
    path.write_bytes(b"\r\n# Why queues \r\n\r\nThey decouple.\r\n\r\nThey buffer.\r\n")

    [answer] = load_corpus(corpus_dir).values()

    assert (answer.source, answer.title) == ("messaging/queues.md", "Why queues")
    assert answer.text.split() == ["They", "decouple.", "They", "buffer."]
    assert answer.text == answer.text.strip()


def test_only_markdown_is_read_from_the_corpus(corpus_dir: Path) -> None:
    (corpus_dir / "LICENCE.txt").write_text("no title", encoding="utf-8")

    assert load_corpus(corpus_dir) == {}


def test_all_problems_of_the_corpus_come_at_once(corpus_dir: Path) -> None:
    contents = {
        "a.md": b"No title\n\nText.",
        "b.md": b"# Only a title\n",
        "c.md": b"#  \n\nText.",
        "d.md": b"## Too deep\n\nText.",
        "e.md": b"# T\n\ncaf\xe9",
        "f.md": b"",
        "g.md": b"# Good\n\nText.",
    }
    for name, content in contents.items():
        (corpus_dir / name).write_bytes(content)

    with pytest.raises(RubricInvalid) as caught:
        load_corpus(corpus_dir)

    assert [(Path(p.file).name, p.line, p.message[:22]) for p in caught.value.problems] == [
        ("a.md", 1, "the first line must be"),
        ("b.md", 1, "there is no answer bel"),
        ("c.md", 1, "the first line must be"),
        ("d.md", 1, "the first line must be"),
        ("e.md", 1, "not UTF-8 at byte 8"),
        ("f.md", 1, "the first line must be"),
    ]


def test_a_byte_order_mark_before_the_title_is_passed_over(corpus_dir: Path) -> None:
    (corpus_dir / "a.md").write_bytes(b"\xef\xbb\xbf# Title\n\nText.\n")

    assert load_corpus(corpus_dir)["a.md"].title == "Title"


def test_a_corpus_entry_that_cannot_be_read_is_reported(corpus_dir: Path) -> None:
    (corpus_dir / "folder.md").mkdir()

    with pytest.raises(RubricInvalid):
        load_corpus(corpus_dir)


def test_a_rubric_entry_that_cannot_be_read_is_reported(rubrics_dir: Path) -> None:
    (rubrics_dir / "folder.yaml").mkdir()

    with pytest.raises(RubricInvalid, match="cannot be read"):
        load_bank(rubrics_dir, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.", ("One.",)),
        ("One\nwrapped.\n\nTwo.", ("One wrapped.", "Two.")),
        ("\n\nOne.\r\n \t\r\nTwo.\n\n\n\nThree.\n", ("One.", "Two.", "Three.")),
        ("", ()),
        (" \n \n", ()),
    ],
)
def test_passages_are_the_paragraphs(text: str, expected: tuple[str, ...]) -> None:
    assert passages(text) == expected
