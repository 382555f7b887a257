"""Reading files: encodings, broken and hostile files, and what each format says of its layout."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from grader.importing import Format, Guide, GuideInvalid, parse_guide, read_guide
from grader.importing._document import Role
from grader.importing.formats import MAX_BYTES
from grader.importing.formats._code import code_run, is_code
from tests.grader.importing.rendering import Item, as_docx, as_pdf

QA = "Q: Wofür ist ein Index gut?\nA: Er findet Zeilen, ohne die Tabelle zu lesen – “schnell”.\n"


def texts(guide: Guide) -> list[str]:
    return [piece.text for piece in guide.pieces if not piece.skip]


def refused(data: bytes, name: str) -> str:
    with pytest.raises(GuideInvalid) as error:
        parse_guide(data, name)
    assert str(error.value).startswith(f"{name}: ")
    return str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("name", ["guide.txt", "guide.md", "guide"])
def test_common_encodings_are_read(encoding: str, name: str) -> None:
    guide = parse_guide((QA * 5).encode(encoding), name)
    assert texts(guide)[0] == "Q: Wofür ist ein Index gut?"


def test_html_may_declare_its_encoding() -> None:
    page = "<html><head><meta charset='iso-8859-5'></head><body><p>Что такое индекс?</p>"
    assert "Что такое индекс?" in texts(parse_guide(page.encode("iso-8859-5"), "guide.html"))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_all_line_ends_count_alike(ends: str) -> None:
    guide = parse_guide(ends.join(["Q: What?", "", "A: That."]).encode(), "guide.txt")
    assert sorted(number for _, number in guide.lines) == [1, 3]


def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert "empty" in refused(b"", "guide.txt")
    assert "empty" in refused(b" \n\t\n", "guide.md")
    assert "holds no text" in refused(b"---\n\n***\n", "guide.md")
    assert "holds no text" in refused(b"<html><script>x()</script></html>", "guide.html")
    assert "NUL" in refused(b"a\x00b", "guide.txt")
    assert "encoding" in refused(bytes(range(128, 256)) * 20, "guide.txt")
    assert "not at byte" in refused(b"\xff\xfe\x00\xd8\x00\xd8x", "guide.txt")
    assert "rich text" in refused(b"{\\rtf1 hello}", "guide.rtf")
    assert "Office" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "guide.doc")
    assert "named pdf" in refused(b"<html>not found</html>", "guide.pdf")
    assert "named docx" in refused(b"hello", "guide.docx")
    assert "not a guide" in refused(b'[project]\nname = "x"\n', "pyproject.toml")
    assert "source code" in refused(b"# What is a queue?\n\nA queue.\n", "guide.py")
    assert "save it as" in refused(b"question,answer\nWhy?,So.\n", "guide.CSV")
    for path, message in ((tmp_path, "a folder"), (tmp_path / "none.md", "cannot be read")):
        with pytest.raises(GuideInvalid, match=message):
            read_guide(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(GuideInvalid, match="at most"):
        read_guide(huge)
    assert "at most" in refused(b"word " * 2_000_001, "guide.txt")


def test_a_page_nested_beyond_reason_is_refused() -> None:
    assert "nested too deeply" in refused(b"<div>" * 5000 + b"deep", "guide.html")


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"<!doctype html><p>Hello there</p>", "export", Format.HTML),
        (b"<div><p>a</p></div><li>b</li>", "export.dat", Format.HTML),
        (b"# Title\n\n- **bold**\n\n[link](x)\n", "export.txt", Format.MARKDOWN),
        (b"Question 1\nWhat is it?\n", "export.unknown", Format.TEXT),
        (b"plain words without any tag", "export.html", Format.TEXT),
        (as_pdf([Item("paragraph", "Hello there")]), "export.txt", Format.PDF),
        (as_docx([Item("paragraph", "Hello there")]), "export.md", Format.DOCX),
    ],
)
def test_the_content_tells_the_format(data: bytes, name: str, expected: Format) -> None:
    assert parse_guide(data, name).format is expected


def test_docx_bombs_and_other_archives_are_refused() -> None:
    def archive(files: dict[str, int]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            for name, size in files.items():
                made.writestr(name, b"\0" * size)
        return buffer.getvalue()

    bomb = archive({"word/document.xml": 210_000_000})
    assert len(bomb) < 500_000
    assert "unpacks to" in refused(bomb, "bomb.docx")
    assert "not a DOCX" in refused(archive({"mimetype": 10}), "guide.odt")
    assert "cannot be read as docx" in refused(archive({"word/document.xml": 10}), "guide.docx")
    assert "broken" in refused(b"PK\x03\x04" + b"x" * 100, "guide.docx")


def test_a_docx_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(as_docx([Item("paragraph", "word " * 5000)]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as made:
        size = made.getinfo("word/document.xml").file_size
    data = data.replace(struct.pack("<L", size), struct.pack("<L", 50))
    assert "cannot be read as docx" in refused(bytes(data), "guide.docx")


def test_entities_in_a_docx_are_not_expanded() -> None:
    original = as_docx([Item("paragraph", "Hello")])
    buffer = io.BytesIO()
    entities = (
        b'<!DOCTYPE d [<!ENTITY a "' + b"x" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
    )
    with zipfile.ZipFile(io.BytesIO(original)) as read, zipfile.ZipFile(buffer, "w") as made:
        for part in read.namelist():
            data = read.read(part)
            if part == "word/document.xml":
                head, _, body = data.partition(b"?>")
                data = head + b"?>" + entities + body.replace(b"Hello", b"Hello &b;")
            made.writestr(part, data)
    try:
        found = texts(parse_guide(buffer.getvalue(), "guide.docx"))
    except GuideInvalid:
        return
    assert sum(map(len, found)) < 1000


def test_docx_structure_is_read() -> None:
    import docx

    document = docx.Document()
    document.add_heading("Caching", 2)
    document.add_paragraph("First", "List Bullet")
    document.add_paragraph("Nested", "List Bullet 2")
    document.add_paragraph("One", "List Number")
    document.add_paragraph("Two", "List Number")
    bold = document.add_paragraph().add_run("All bold")
    bold.bold = True
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    document.sections[0].header.paragraphs[0].text = "Confidential"
    buffer = io.BytesIO()
    document.save(buffer)
    guide = parse_guide(buffer.getvalue(), "guide.docx")
    found = [(p.role, p.level, p.marker, p.text, p.source.place) for p in guide.pieces]
    assert found == [
        (Role.HEADING, 2, "", "Caching", "¶1"),
        (Role.BULLET, 0, "•", "First", "¶2"),
        (Role.BULLET, 1, "•", "Nested", "¶3"),
        (Role.BULLET, 0, "1.", "One", "¶4"),
        (Role.BULLET, 0, "2.", "Two", "¶5"),
        (Role.TEXT, 0, "", "All bold", "¶6"),
        (Role.ROW, 0, "", "left | right", "¶7"),
    ]
    assert guide.pieces[5].strong
    assert guide.notes == ("not read: the page headers",)


def test_inserted_text_of_a_docx_counts_and_deleted_text_does_not() -> None:
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph("kept ")
    paragraph.add_run("added")
    paragraph.add_run("removed")
    buffer = io.BytesIO()
    document.save(buffer)
    changed = io.BytesIO()
    with zipfile.ZipFile(buffer) as read, zipfile.ZipFile(changed, "w") as made:
        for part in read.namelist():
            data = read.read(part)
            if part == "word/document.xml":
                data = data.replace(
                    b"<w:r><w:t>added</w:t></w:r>", b"<w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
                )
                data = data.replace(
                    b"<w:r><w:t>removed</w:t></w:r>",
                    b"<w:del><w:r><w:delText>removed</w:delText></w:r></w:del>",
                )
            made.writestr(part, data)
    assert texts(parse_guide(changed.getvalue(), "guide.docx")) == ["kept added"]


def pdf_with_password(password: str, *, algorithm: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(as_pdf([Item("paragraph", "Hello there")]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_an_encrypted_pdf_is_refused_unless_it_opens_without_a_password(algorithm: str) -> None:
    locked = pdf_with_password("secret", algorithm=algorithm)
    assert "encrypted" in refused(locked, "guide.pdf")
    guide = parse_guide(pdf_with_password("", algorithm=algorithm), "guide.pdf")
    assert "Hello there" in texts(guide)


def test_broken_and_scanned_pdfs_are_refused() -> None:
    whole = as_pdf([Item("paragraph", "Hello there")])
    for data in (b"%PDF-1.7\nnothing", whole[:300], b"%PDF-1.4" + b"\xff" * 500):
        refused(data, "guide.pdf")
    blank = as_pdf([Item("paragraph", " ")], footer=" ")
    assert "scan" in refused(blank, "guide.pdf")


def test_a_pdf_names_pages_and_joins_what_a_page_break_parts() -> None:
    paragraph = "This sentence is repeated so that the paragraph runs over the end of the page. "
    guide = parse_guide(as_pdf([Item("paragraph", paragraph * 40)]), "guide.pdf")
    assert {piece.source.page for piece in guide.pieces} == {1, 2}
    running = [p for p in guide.pieces if p.text.startswith("Downloaded for reading")]
    assert [p.skip for p in running] == ["page header or footer"] * 2
    words = [piece for piece in guide.pieces if not piece.skip]
    assert [piece.joins for piece in words] == [False] + [True] * (len(words) - 1)
    assert str(words[-1].source).startswith("guide.pdf p. 2:")


def test_html_keeps_the_lines_of_the_source() -> None:
    page = (
        "<html>\n<body\n class='x'>\n<p>One\ntwo</p>\n<script>\nvar a;\n</script>\n"
        "<ul><li>three<li>four\n<ul><li>five</ul></ul>\n<!-- a\nb -->tail<br>more\n"
        "<pre>\nx = <b>1</b>\n  y\n</pre><div class='promo'>Buy</div></body></html>"
    )
    guide = parse_guide(page.encode(), "guide.html")
    assert [(p.text, p.role, p.source.place, p.skip) for p in guide.pieces] == [
        ("One two", Role.TEXT, "4-5", ""),
        ("var a;", Role.TEXT, "7", "script or style"),
        ("three", Role.BULLET, "9", ""),
        ("four", Role.BULLET, "9", ""),
        ("five", Role.BULLET, "10", ""),
        ("tail", Role.TEXT, "12", ""),
        ("more", Role.TEXT, "12", ""),
        ("x = 1", Role.CODE, "14", ""),
        ("  y", Role.CODE, "15", ""),
        ("Buy", Role.TEXT, "16", "advertisement"),
    ]


def test_words_that_a_stray_bracket_turns_into_a_tag_are_reported() -> None:
    page = "<p>Sort if\na <b and the limit\nallows it > 0 then stop</p>"
    guide = parse_guide(page.encode(), "guide.html")
    (swallowed,) = (piece for piece in guide.pieces if piece.skip)
    assert (swallowed.text, swallowed.skip) == ("and the limit allows it", "broken markup")
    assert swallowed.source.place == "2-3"


def test_lines_of_long_html_files_are_counted_beyond_65535() -> None:
    page = "<p>first</p>" + "\n" * 70_000 + "<p>last</p>"
    guide = parse_guide(page.encode(), "guide.html")
    assert [piece.source.first for piece in guide.pieces] == [1, 70_001]


def test_a_page_whose_wrapper_has_the_name_of_an_aside_is_read() -> None:
    words = "This page is about queues and what they are good for. " * 20
    page = f"<div class='modal'><p>{words}</p></div><div class='modal'><p>Accept?</p></div>"
    kept = texts(parse_guide(page.encode(), "guide.html"))
    assert len(kept) == 1


def test_markdown_habits_of_exports_are_read() -> None:
    text = (
        "---\ntitle: x\n---\nTitle\n=====\n\n- one\n  - two\nlazy line\n\n"
        "![alt](x.png)\n\n    indented text\n\n```js\nlet a;\n```\n\n[ref]: http://x.example\n"
        "<details><summary>More</summary>\ninside\n</details>\n"
    )
    guide = parse_guide(text.encode(), "guide.md")
    kept = [(p.role, p.level, p.text, p.source.first) for p in guide.pieces if not p.skip]
    assert kept == [
        (Role.HEADING, 1, "Title", 4),
        (Role.BULLET, 0, "one", 7),
        (Role.BULLET, 1, "two", 8),
        (Role.TEXT, 2, "lazy line", 9),
        (Role.TEXT, 0, "indented text", 13),
        (Role.CODE, 0, "let a;", 16),
        (Role.HEADING, 6, "More", 20),
        (Role.TEXT, 0, "inside", 21),
    ]
    assert {p.skip for p in guide.pieces if p.skip} == {"front matter", "separator", "image"}


def test_wrapped_lines_are_joined_and_others_are_not() -> None:
    wrapped = (
        "A queue holds messages until a consumer takes them out, one after\n"
        "the other. The producer need not wait for that and can go on with\n"
        "its work. Messages survive a restart if they are stored on disk,\n"
        "which costs some throughput.\n"
    )
    guide = parse_guide(wrapped.encode(), "guide.txt")
    assert [piece.joins for piece in guide.pieces] == [False, True, True, True]
    listed = "Key Points\nUse an index\nAvoid full scans\nMeasure before and after\n"
    guide = parse_guide(listed.encode(), "guide.txt")
    assert not any(piece.joins for piece in guide.pieces)


CODE = [
    "app.get('/report', (req, res) => {",
    "const rows = buildReport();",
    "res.json(rows.sort(byDate));",
    "});",
    "if (!ok) {",
    "CREATE TABLE outbox (",
    "SELECT * FROM users WHERE id = 1;",
    "def handle(request):",
    "docker run -p 80:80 nginx",
]
PROSE = [
    "for example (see above):",
    "return 404 for missing resources;",
    "Use a map (a hash table);",
    "import data from the old system (slow);",
    "class-based components (old);",
    "Update the row, set the flag, and commit;",
    "git is a version control system.",
    "Use SELECT FOR UPDATE when two workers compete.",
    "Set SO_REUSEPORT = 1 for that.",
]


def test_code_is_told_from_prose() -> None:
    assert [line for line in CODE if not is_code(line)] == []
    assert [line for line in PROSE if is_code(line)] == []


def test_an_open_bracket_takes_in_what_follows_until_it_closes() -> None:
    assert code_run(["CREATE TABLE t (", "id bigint,", "name text", ");", "Then it is used."]) == 4
    assert code_run(["if (!ok) {", "This never closes.", "And this is prose."]) == 1
    assert code_run(["Prose first.", "return x;"]) == 0
