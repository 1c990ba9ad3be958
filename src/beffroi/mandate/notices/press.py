"""Sets a page: a tagged PDF that a screen reader can follow (PDF/UA-1), and codes for telephones.

Typst sets it because it tags what it sets and comes as one file without system libraries. Text
reaches the template as data, never as markup. Both libraries are an extra of the installation:
most machines of a city never print.
"""

import json
from datetime import datetime
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Final

from beffroi.errors import Unavailable
from beffroi.store.base import Json
from beffroi.words import say

MISSING: Final = say(
    "Printing needs two more libraries. The administrator of the machine installs them in the "
    'environment of Beffroi, with the command `python -m pip install "segno>=1.6" "typst>=0.15"`, '
    "and starts the server again."
)


def can_print() -> bool:
    """Whether both libraries are there."""
    return all(find_spec(library) for library in ("segno", "typst"))


def to_pdf(template: str, content: Json, now: datetime) -> bytes:
    """Fill a template of this package in.

    Args:
        template: Its name, e.g. ``notice``.
        content: What it shows; see the head of the template.
        now: Goes into the file as the time of its making.

    Raises:
        Unavailable: The library that sets pages is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise Unavailable(MISSING) from error
    with as_file(files(__package__) / f"{template}.typ") as source:
        compiler = typst.Compiler(source, ignore_system_fonts=True)
        made = compiler.compile(
            format="pdf",
            sys_inputs={"data": json.dumps(content)},
            pdf_standards="ua-1",
            timestamp=int(now.timestamp()),
        )
    assert isinstance(made, bytes)  # noqa: S101 (one file is asked for)
    return made


def to_code(url: str) -> str:
    """A QR code as SVG: one square for each dark module, with the quiet zone around it.

    Raises:
        Unavailable: The library that makes codes is not installed.
    """
    try:
        import segno
    except ImportError as error:
        raise Unavailable(MISSING) from error
    modules = [list(row) for row in segno.make_qr(url, error="m").matrix_iter(border=4)]
    size = len(modules)
    squares = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path d="{squares}"/></svg>'
    )
