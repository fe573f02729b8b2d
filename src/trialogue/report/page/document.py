"""Page as one self-contained HTML file.

1. The page needs no network: a Content Security Policy forbids it. Scripts and styles are allowed only by
   their hashes.
2. Data stands in script elements that are not executed, with `< > &` and JavaScript's line separators
   escaped; the page's script inserts it as text.
3. The sound comes last, in pieces, so that the page is drawn and usable before the sound has loaded.
"""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Final

from trialogue.model.json_text import write_json
from trialogue.report.page.sound import RATE
from trialogue.values import frozen

__all__ = ["PageSound", "assemble", "document", "is_page"]

PIECE: Final = 768 * 1024
"""Bytes of sound in one element: a multiple of three, so that each piece is base64 of its own."""

_SCRIPTS: Final = ("model.js", "lanes.js", "words.js", "sound.js", "plots.js", "main.js")
_OWN: Final = "; connect-src 'self'"
_ESCAPES: Final = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"}
_HEAD: Final = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="\
"""
"""Beginning of every page."""

_SEPARATORS: Final = {"\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}


@frozen
class PageSound:
    """Sound of a meeting, in the page or beside it."""

    mp3: bytes = b""
    """MP3 data; empty where it is linked."""

    href: str | None = None
    """Address of the sound, relative to the page; None where it is inside."""


def document(said: Mapping[str, object], waves: Mapping[str, bytes], sound: PageSound | None = None) -> bytes:
    """Page of a meeting; `said` is its `content`, `waves` the result of `peaks`, by participant."""
    source = None
    if sound is not None:
        source = {"type": "audio/mpeg", "href": sound.href}
    whole = {
        **said,
        "waves": {name: b64encode(wave).decode() for name, wave in waves.items()},
        "rate": RATE,
        "sound": source,
    }
    uplot = f"/*!\n{asset('LICENSE.uplot')}*/\n{asset('uplot.js')}"
    return assemble(
        body=asset("page.html"),
        styles=(f"/*!\n{asset('LICENSE.uplot')}*/\n{asset('uplot.css')}", asset("page.css")),
        scripts=(uplot, "\n".join(asset(name) for name in _SCRIPTS)),
        data=whole,
        sound=sound.mp3 if sound else b"",
    )


def assemble(
    *,
    body: str,
    styles: Iterable[str],
    scripts: Iterable[str],
    data: Mapping[str, object],
    sound: bytes = b"",
    connects: bool = False,
) -> bytes:
    """HTML file of these parts, which runs no other script; with `connects` it may call its own server."""
    styles, scripts = tuple(styles), tuple(scripts)
    allowed = html.escape(policy(styles, scripts) + _OWN * connects)
    head = [
        f'{_HEAD}{allowed}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">',
        "<title>trialogue</title>",
        *(f"<style>{each}</style>" for each in styles),
        f"</head><body>\n{body}",
    ]
    parts = [
        "\n".join(head).encode(errors="replace"),  # a title can be the name of a directory
        b'<script type="application/json" id="data">%b</script>\n' % inert(data),
        *(f"<script>{each}</script>\n".encode() for each in scripts),
    ]
    for begin in range(0, len(sound), PIECE):
        piece = b64encode(sound[begin : begin + PIECE])
        parts.append(b'<script type="application/octet-stream" class="sound">%b</script>\n' % piece)
    return b"".join([*parts, b"</body></html>\n"])


def is_page(head: bytes) -> bool:
    """Whether a file with this beginning is a page of ours."""
    return head.startswith(_HEAD.encode())


def policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Policy of the page: it may run its own scripts and styles, by their hashes, and play its sound."""
    script, style = " ".join(map(_hash, scripts)), " ".join(map(_hash, styles))
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data:; "
        "media-src 'self' blob: file:; base-uri 'none'; form-action 'none'"
    )


def inert(data: object) -> bytes:
    """JSON that cannot end its element, and stays JSON in any script."""
    encoded = write_json(data)
    for raw, escaped in {**_ESCAPES, **_SEPARATORS}.items():
        encoded = encoded.replace(raw, escaped)
    return encoded


def asset(name: str) -> str:
    """Content of one of the page's own files."""
    return (files("trialogue.report.page") / "assets" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
