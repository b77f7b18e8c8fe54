"""Reads texts that are nearly JSON, as some servers send them; slow, for what a JSON decoder has refused."""

from __future__ import annotations

import contextlib
import json
import math
import re
from typing import Any

import msgspec

NOT_JSON = "JSON"
"""Among the wrong fields of a message: the whole of it is only nearly JSON."""
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_BETWEEN = "\0 \t\r\n"
_GAP = re.compile(f"[{_BETWEEN}]*")
_decoder = json.JSONDecoder(strict=False)


def read_nearly_json(data: bytes | str) -> Any:
    """The value of a text, None where that cannot be read either.

    NaN, Infinity and numbers too large for a float are null, and what is no character, such as a lone surrogate, is
    U+FFFD. Control characters inside texts, a byte order mark and NUL at either end are allowed.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
        value = json.loads(text.strip(_BETWEEN), strict=False, parse_constant=lambda _: None, parse_float=_finite)
        return msgspec.json.decode(_LONE_SURROGATES.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None


def split_objects(data: bytes) -> list[bytes]:
    """The JSON objects that follow one another in a text, and last what comes after them; one part for other texts."""
    text = data.decode("utf-8-sig", "replace").strip(_BETWEEN)
    at, parts = 0, []
    with contextlib.suppress(ValueError, RecursionError):
        while text.startswith("{", at):
            _, end = _decoder.raw_decode(text, at)
            parts.append(text[at:end])
            at = _GAP.match(text, end).end()  # type: ignore[union-attr]  # it matches anywhere
    return [part.encode() for part in (*parts, text[at:]) if part]


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None
