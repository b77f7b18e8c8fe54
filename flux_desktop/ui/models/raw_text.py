"""Messages as lines that differ from each other at their beginning, and in full for reading."""

from __future__ import annotations

import json

TRANSCRIPT = "transcript"
FIRST = ("turn_index", "end_of_turn_confidence", "code", "description", "thresholds", "keyterms")
LAST = ("words", "sequence_id", "request_id")
_IN_KIND = frozenset({"type", "event"})
"""Fields that the line's own column of kinds has."""
_CHARS_MAX = 4_000


def line_body(text: str) -> str:
    """A message on one line: what distinguishes it first, what all messages have in common last."""
    message = _object(text)
    if message is None:
        body = " ".join(text.splitlines())
    else:
        middle = [name for name in message if name not in (*FIRST, *LAST, *_IN_KIND, TRANSCRIPT)]
        names = [name for name in (*FIRST, *middle, *LAST) if name in message]
        fields = json.dumps({name: message[name] for name in names}, ensure_ascii=False)
        text = json.dumps(message[TRANSCRIPT], ensure_ascii=False) if TRANSCRIPT in message else ""
        body = f"{text} {fields}" if text else fields
    return body if len(body) <= _CHARS_MAX else f"{body[:_CHARS_MAX]}… ({len(body):,} characters)"


def pretty(text: str) -> str:
    """A message in full, one field a line; as it was on the wire where it is no JSON object."""
    message = _object(text)
    return text if message is None else json.dumps(message, ensure_ascii=False, indent=2)


def _object(text: str) -> dict[str, object] | None:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
