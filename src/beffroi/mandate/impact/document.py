"""A document with headings, paragraphs and tables, written as Markdown, HTML or JSON."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from beffroi.mandate.impact.texts import phrase, unreviewed
from beffroi.store.base import Json
from beffroi.words import Language


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column heads; the first cell of a row is its head."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Args:
        title: Its title.
        language: Of its words.
        parts: In the order of reading.
    """

    title: str
    language: Language
    parts: Sequence[Part]

    @property
    def note(self) -> str:
        """What is said of its translation."""
        return unreviewed(self.language)

    def to_json(self) -> Json:
        """As plain values."""
        return {**asdict(self), "note": self.note}

    def to_markdown(self) -> str:
        """As Markdown, pipes and line breaks in cells escaped."""
        return "\n".join(self._markdown())

    def _markdown(self) -> Iterator[str]:
        yield f"# {self.title}\n"
        for part in self.parts:
            yield f"## {part.heading}\n"
            for paragraph in self._told(part):
                yield f"{paragraph}\n"
            if part.table is not None and part.table.rows:
                yield _line(part.table.columns)
                yield _line(["---"] * len(part.table.columns))
                yield from map(_line, part.table.rows)
                yield ""
        if self.note:
            yield f"*{self.note}*\n"

    def _told(self, part: Part) -> tuple[str, ...]:
        """Its paragraphs; a table without rows is said in words."""
        empty = part.table is not None and not part.table.rows
        return (*part.paragraphs, phrase("nothing", self.language)) if empty else part.paragraphs

    def to_html(self) -> str:
        """As one page that stands alone: readable on paper and by a screen reader."""
        return "\n".join([*self._html(), ""])

    def _html(self) -> Iterator[str]:
        title = html.escape(self.title)
        yield f'<!DOCTYPE html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8" />'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>"
        yield f"<h1>{title}</h1>"
        for number, part in enumerate(self.parts, 1):
            yield f'<section aria-labelledby="part-{number}">'
            yield f'<h2 id="part-{number}">{html.escape(part.heading)}</h2>'
            yield from (f"<p>{html.escape(paragraph)}</p>" for paragraph in self._told(part))
            if part.table is not None and part.table.rows:
                yield from _table(part.table, part.heading)
            yield "</section>"
        if self.note:
            yield f"<footer><p>{html.escape(self.note)}</p></footer>"
        yield "</main>\n</body>\n</html>"


STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;color:#161616;background:#fff;margin:0}"
    "main{max-width:48rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;font-weight:bold}"
    "th,td{border-bottom:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}"
)


def _line(cells: Sequence[str]) -> str:
    flat = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(flat)} |"


def _table(table: Table, caption: str) -> Iterator[str]:
    yield f"<table>\n<caption>{html.escape(caption)}</caption>\n<thead><tr>"
    yield from (f'<th scope="col">{html.escape(column)}</th>' for column in table.columns)
    yield "</tr></thead>\n<tbody>"
    for head, *cells in table.rows:
        rest = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        yield f'<tr><th scope="row">{html.escape(head)}</th>{rest}</tr>'
    yield "</tbody>\n</table>"
