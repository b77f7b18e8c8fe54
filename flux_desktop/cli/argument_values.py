"""Values of flags: numbers, durations, lengths of audio. Nothing slow to import, so that help appears at once."""

from __future__ import annotations

import argparse
import math
import re

from flux_desktop.flux.defaults import RUN_MAX_S

CHUNK_MS = (20, 200)
"""The shortest and the longest audio chunk that can be asked for."""
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_KEPT_MAX = 100_000
_SHOWN_CHARS_MAX = 40
_PART_OF_DURATION = r"(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h)"


def number(text: str) -> float:
    """A finite number; argparse turns the error into its usage message."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"“{_shown(text)}” is not a number")
    return value


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{_shown(text)}” is not a whole number") from None


def filled(text: str) -> str:
    """A text that is not blank: an empty variable of a script is no choice of the default."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; leave the flag out for the default")
    return text


def price(text: str) -> float:
    """An amount of money, 0 or more."""
    return _from_zero(text, "a price")


def kept(text: str) -> float:
    """How much or how long something is kept, 0 to `_KEPT_MAX`."""
    value = _from_zero(text, "what is kept")
    if value > _KEPT_MAX:
        raise argparse.ArgumentTypeError(f"{_shown(text)} is out of range: at most {_KEPT_MAX:,}")
    return value


def margin(text: str) -> float:
    """A difference that does not matter, 0 or more."""
    return _from_zero(text, "a margin")


def currency(text: str) -> str:
    """A currency by its three letters, in capitals."""
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise argparse.ArgumentTypeError(f"“{_shown(text)}” is not a currency; write its three letters, such as EUR")
    return code


def seconds(text: str) -> float:
    """A duration in seconds: a number, or numbers with units such as ``90s``, ``1m30s``, ``500ms``."""
    compact = text.strip().lower()
    if re.fullmatch(rf"(?:{_PART_OF_DURATION})+", compact, re.ASCII):
        parts = re.findall(_PART_OF_DURATION, compact, re.ASCII)
        value = sum(float(value) * _UNITS_S[unit] for value, unit in parts)
    else:
        try:
            value = number(compact)
        except argparse.ArgumentTypeError:
            raise argparse.ArgumentTypeError(
                f"“{_shown(text)}” is not a duration; write seconds, or 30s, 2m, 1m30s"
            ) from None
    if value > RUN_MAX_S:
        raise argparse.ArgumentTypeError(f"“{_shown(text)}” is longer than 30 days (720h)")
    return value


def chunk_ms(text: str) -> float:
    """The length of an audio chunk in milliseconds, within `CHUNK_MS`."""
    value = number(text)
    low, high = CHUNK_MS
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is out of range: choose {low} to {high}")
    return value


def _from_zero(text: str, what: str) -> float:
    value = number(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{_shown(text)} is out of range: {what} is 0 or more")
    return value


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS_MAX else f"{text[:_SHOWN_CHARS_MAX]}…"
