"""Text from outside made safe to show: what a server sends is data, never a command to a terminal or a page."""

from __future__ import annotations

import re

# CSI, OSC/DCS/PM/APC/SOS up to their terminators, other two-character escapes; also their 8-bit forms.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
_BLANKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# Controls, lone surrogates, and the marks that turn the direction of writing around.
_MARKS = r"\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(rf"[\x00-\x1f{_MARKS}]")
_CONTROLS_IN_LINES = re.compile(rf"[\x00-\x08\x0b-\x1f{_MARKS}]")
_NOT_IN_JSON = re.compile(rf"[{_MARKS}]")


def plain(text: str) -> str:
    """One line of text without terminal escapes, control characters or direction marks."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", _BLANKS.sub(" ", _ESCAPES.sub("", text)))


def plain_lines(text: str) -> str:
    """As `plain`, for text of several lines: tabs and line ends stay."""
    return _CONTROLS_IN_LINES.sub("", _ESCAPES.sub("", text))


def plain_json(text: str) -> str:
    """A JSON text in which a terminal finds no command: what JSON itself leaves as it is becomes an escape."""
    return _NOT_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
