"""Reads texts that are nearly JSON, as some servers send them; slow, for what a JSON decoder has refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

NOT_JSON = "JSON"
"""Among the wrong fields of a message: the whole of it is only nearly JSON."""
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def read_nearly_json(data: bytes | str) -> Any:
    """The value of a text, None where that cannot be read either.

    NaN, Infinity and numbers too large for a float are null, and what is no character, such as a lone surrogate, is
    U+FFFD. Control characters inside texts and a byte order mark are allowed.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
        value = json.loads(text, strict=False, parse_constant=lambda _: None, parse_float=_finite)
        return msgspec.json.decode(_LONE_SURROGATES.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None
