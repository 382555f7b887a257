"""Guides of one content in every format, as exports would make them.

A source guide is read here by simple rules of its own, not by the importer's, and set again as
Markdown, bare text, HTML, PDF or DOCX. PDF and DOCX files exist only while the tests run.
"""

from __future__ import annotations

import html
import io
import re
import textwrap
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

GUIDES = Path(__file__).parents[2] / "data" / "guides"


@dataclass
class Item:
    """A heading, paragraph, bullet, numbered entry, stretch of code or table."""

    kind: str
    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


def items_of(path: Path) -> list[Item]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return _html_items(text)
    return _Lines().read(text)


class _Lines:
    """Reads Markdown and bare text line by line."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.paragraph: list[str] = []
        self.code: list[str] = []
        self.rows: list[list[str]] = []

    def read(self, text: str) -> list[Item]:
        for line in text.split("\n"):
            plain = _inline(line.strip())
            if self.code and (not plain or _balanced(self.code)):
                self.flush()
            if not (self.paragraph and self._joins(plain)) and not self.code:
                self.flush(keep_rows=line.startswith("|"))
            if plain and not re.fullmatch(r"[-*=\s]{3,}", plain):
                self.line(line, plain)
        self.flush()
        return self.items

    def line(self, line: str, plain: str) -> None:
        bullet = re.match(r"( *)(?:[-*•]|(o)) (.*)", line)
        if self.code or _opens_code(line):
            self.code.append(line)
        elif heading := re.match(r"(#+) (.*)", line):
            self.items.append(Item("heading", _inline(heading[2]), len(heading[1])))
        elif line.startswith("|"):
            cells = [_inline(cell.strip()) for cell in line.strip("|").split("|")]
            self.rows += [] if set(cells[0]) <= {"-"} else [cells]
        elif bullet:
            level = int(bool(bullet[2]) or len(bullet[1]) in {2, 3})
            self.items.append(Item("bullet", _inline(bullet[3]), level))
        elif re.match(r"\d+\. ", plain):
            self.items.append(Item("numbered", plain))
        else:
            self.paragraph.append(plain.removeprefix("> "))

    def flush(self, *, keep_rows: bool = False) -> None:
        if self.code:
            self.items.append(Item("code", "\n".join(self.code)))
        if self.paragraph:
            self.items.append(Item("paragraph", " ".join(self.paragraph)))
        if self.rows and not keep_rows:
            self.items.append(Item("table", rows=self.rows))
            self.rows = []
        self.code, self.paragraph = [], []

    def _joins(self, plain: str) -> bool:
        last = self.paragraph[-1]
        wrapped = 55 <= len(last) <= 90 and not last.endswith("?")
        begins = _begins(plain) or _opens_code(plain) or re.match(r"[-*•o] |\d+\. |#|\|", plain)
        return bool(plain) and wrapped and not begins


def _opens_code(line: str) -> bool:
    return bool(re.search(r"\(.*\{$|[A-Z] \w+ \($|^ *const ", line))


def _begins(text: str) -> bool:
    return bool(
        re.match(r"(\(?[A-Da-d][.):]|[A-Z][\w ’'-]{0,30}:|Question \d|Key Points|Common )", text)
    )


def _balanced(lines: list[str]) -> bool:
    joined = "\n".join(lines)
    return all(joined.count(a) == joined.count(b) for a, b in ("()", "{}"))


def _inline(text: str) -> str:
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*\*|(?<!\w)[*`]|[*`](?!\w)|`", "", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.kind = "paragraph"
        self.level = 0
        self.depth = -1
        self.text = ""
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in {"ul", "ol"}:
            self.flush()
            self.depth += 1
        elif tag in {"p", "li", "pre", "div", "table", "header", "aside", "footer"} or _is_heading(
            tag
        ):
            self.flush()
            kinds = {"li": "bullet", "pre": "code"}
            self.kind = "heading" if _is_heading(tag) else kinds.get(tag, "paragraph")
            self.level = int(tag[1]) if _is_heading(tag) else max(self.depth, 0)
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"script", "style", "title"}:
            self.kind = "hidden"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self.flush()
            self.depth -= 1
        elif tag in {"td", "th"}:
            self.rows[-1].append(" ".join(self.text.split()))
            self.text = ""
        elif tag == "table":
            self.items.append(Item("table", rows=self.rows))
            self.rows = []
        elif tag not in {"a", "b", "code", "tr", "button"}:
            self.flush()

    def handle_data(self, data: str) -> None:
        self.text += data

    def flush(self) -> None:
        text = self.text.strip("\n") if self.kind == "code" else " ".join(self.text.split())
        if text and self.kind != "hidden":
            self.items.append(Item(self.kind, text, self.level))
        self.text, self.kind, self.level = "", "paragraph", 0


def _is_heading(tag: str) -> bool:
    return re.fullmatch(r"h[1-6]", tag) is not None


def _html_items(text: str) -> list[Item]:
    reader = _Reader()
    reader.feed(text)
    reader.flush()
    return reader.items


def as_markdown(items: list[Item]) -> bytes:
    lines: list[str] = []
    for item in items:
        tight = lines and item.kind in {"bullet", "numbered"} and lines[-1][:1] in " -0123456789"
        lines += [] if tight or not lines else [""]
        if item.kind == "heading":
            lines.append(f"{'#' * item.level} {item.text}")
        elif item.kind == "bullet":
            lines.append(f"{'  ' * item.level}- {item.text}")
        elif item.kind == "code":
            lines += ["```", *item.text.split("\n"), "```"]
        elif item.kind == "table":
            lines += [f"| {' | '.join(row)} |" for row in item.rows[:1]]
            lines.append("|" + " --- |" * len(item.rows[0]))
            lines += [f"| {' | '.join(row)} |" for row in item.rows[1:]]
        else:
            lines.append(item.text)
    return "\n".join(lines).encode()


def as_text(items: list[Item], *, width: int = 78) -> bytes:
    """Bare text, wrapped: no markup, no indentation of nested bullets."""
    lines: list[str] = []
    for item in items:
        if item.kind == "code":
            lines += ["", *item.text.split("\n"), ""]
        elif item.kind == "table":
            lines += ["", *("\t".join(row) for row in item.rows), ""]
        elif item.kind == "bullet":
            lines += textwrap.wrap(f"{'o' if item.level else '•'} {item.text}", width)
        elif item.kind == "numbered":
            lines += textwrap.wrap(item.text, width)
        elif item.kind == "heading":
            lines += ["", item.text, ""]
        else:
            lines += ["", *textwrap.wrap(item.text, width), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).encode()


def as_html(items: list[Item]) -> bytes:
    out = ["<!DOCTYPE html><html><head><title>Export</title></head><body><main>"]
    depth = 0
    for item in items:
        wanted = item.level + 1 if item.kind == "bullet" else 0
        out += ["<ul>"] * (wanted - depth) + ["</ul>"] * (depth - wanted)
        depth = wanted
        text = html.escape(item.text)
        if item.kind == "heading":
            out.append(f"<h{item.level}>{text}</h{item.level}>")
        elif item.kind == "bullet":
            out.append(f"<li>{text}</li>")
        elif item.kind == "code":
            out += ["<pre><code>", text, "</code></pre>"]
        elif item.kind == "table":
            rows = ["".join(f"<td>{html.escape(c)}</td>" for c in row) for row in item.rows]
            out += ["<table>", *(f"<tr>{row}</tr>" for row in rows), "</table>"]
        else:
            # An unclosed paragraph, as hand-made pages have.
            out.append(f"<p>{text}")
    out += ["</ul>"] * depth + ["</main></body></html>"]
    return "\n".join(out).encode()


def as_docx(items: list[Item]) -> bytes:
    import docx

    document = docx.Document()
    for item in items:
        if item.kind == "heading":
            document.add_heading(item.text, item.level)
        elif item.kind == "bullet":
            document.add_paragraph(item.text, "List Bullet 2" if item.level else "List Bullet")
        elif item.kind == "code":
            for line in item.text.split("\n"):
                document.add_paragraph(line)
        elif item.kind == "table":
            table = document.add_table(0, len(item.rows[0]))
            for row in item.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(item.text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def as_pdf(items: list[Item], *, footer: str = "Downloaded for reading, page {page}") -> bytes:
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable, Paragraph, Preformatted, SimpleDocTemplate
    from reportlab.platypus.tables import Table

    styles = getSampleStyleSheet()
    story: list[Flowable] = []
    for item in items:
        text = html.escape(item.text)
        if item.kind == "heading":
            story.append(Paragraph(text, styles[f"Heading{min(item.level, 4)}"]))
        elif item.kind == "bullet":
            story.append(Paragraph(text, styles["Normal"], bulletText="•"))
        elif item.kind == "code":
            story.append(Preformatted(item.text, styles["Code"]))
        elif item.kind == "table":
            story.append(Table(item.rows))
        else:
            story.append(Paragraph(text, styles["BodyText"]))

    def furniture(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.drawString(40, 20, footer.format(page=document.page))

    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A5, invariant=1).build(
        story, onFirstPage=furniture, onLaterPages=furniture
    )
    return buffer.getvalue()


RENDERERS = {
    "md": as_markdown,
    "txt": as_text,
    "html": as_html,
    "pdf": as_pdf,
    "docx": as_docx,
}
