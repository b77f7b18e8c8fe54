"""Words of shell commands that are shown to the user, so that a command works when it is pasted into bash or zsh."""

from __future__ import annotations

import shlex

from flux_desktop.base.plain_text import plain


def word(text: str) -> str:
    """`text` as one word; line breaks and other characters that a sentence cannot show become escapes."""
    if plain(text) == text:
        return shlex.quote(text)
    return "$'" + "".join(_escaped(char) for char in text) + "'"


def option(name: str, value: str | None) -> str:
    """An option with its value and a leading blank; nothing without a value. ``=`` keeps a leading hyphen a value."""
    if not value:
        return ""
    return f" {name}={word(value)}" if value.startswith("-") else f" {name} {word(value)}"


def _escaped(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    if plain(char) == char:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
