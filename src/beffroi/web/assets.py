"""Scripts, styles and pictures: read once at start, so that no path is ever made from a request."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served.

    Args:
        body: Its bytes.
        media_type: What it is.
        etag: A quoted digest, so that a browser asks again cheaply and never keeps an old one.
    """

    body: bytes
    media_type: str
    etag: str


def load_assets() -> Mapping[str, Asset]:
    """Every static file by its path below `static/`."""
    return {
        path.relative_to(STATIC).as_posix(): _load(path)
        for path in sorted(STATIC.rglob("*"))
        if path.is_file()
    }


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    media_type = {".js": "text/javascript", ".svg": "image/svg+xml"}.get(
        path.suffix, mimetypes.guess_type(path.name)[0] or "text/plain"
    )
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
