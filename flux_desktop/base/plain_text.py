"""Sanitises text of foreign origin for display: without terminal escapes, control characters and direction marks."""

from __future__ import annotations

import re

# CSI, OSC/DCS/PM/APC/SOS up to their terminators, other two-character escapes; also their 8-bit forms.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
_BLANKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# Control characters, lone surrogates, and marks that change the direction of writing.
_MARKS = r"\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(rf"[\x00-\x1f{_MARKS}]")
_CONTROLS_IN_LINES = re.compile(rf"[\x00-\x08\x0b-\x1f{_MARKS}]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_NOT_IN_JSON = re.compile(rf"[{_MARKS}]")


def plain(text: str) -> str:
    """One line of text without terminal escapes, control characters or direction marks."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", _BLANKS.sub(" ", _ESCAPES.sub("", text)))


def plain_lines(text: str) -> str:
    """As `plain`, for text of several lines: tabs and line ends are kept."""
    return _CONTROLS_IN_LINES.sub("", _ESCAPES.sub("", text))


def plain_json(text: str) -> str:
    """JSON text that is safe on a terminal: characters that JSON does not escape itself are escaped."""
    return _NOT_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def encodable(text: str) -> str:
    """Text that UTF-8 can hold: bytes of a path or an argument that are no text become replacement characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return text
