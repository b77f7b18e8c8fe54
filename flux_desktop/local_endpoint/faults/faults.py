"""Faults that the endpoint shows on purpose, chosen with ``--fault NAME[=VALUE]`` from the table of their names."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.local_faults import FAULTS

STALL_AFTER_S = 5.0


class Faults:
    """The chosen faults; `value` of one that was not chosen is None."""

    def __init__(self, chosen: dict[str, float] | None = None) -> None:
        self._chosen = chosen or {}
        self._streams: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        return sorted(self._chosen)

    def value(self, name: str) -> float | None:
        """The value of a fault of the table (in its unit), or None."""
        assert name in FAULTS, name
        return self._chosen.get(name)

    def has(self, name: str) -> bool:
        return self.value(name) is not None

    def is_first(self, name: str) -> bool:
        """Whether the next stream is the first one of all."""
        number = self._streams[name] = self._streams.get(name, 0) + 1
        return number == 1

    def hits(self, name: str) -> bool:
        """Whether the next stream is one of the chosen percent, spread evenly and without chance."""
        percent = self.value(name)
        if percent is None:
            return False
        number = self._streams[name] = self._streams.get(name, 0) + 1
        return int(number * percent / 100) > int((number - 1) * percent / 100)


def parse_faults(texts: Iterable[str]) -> Faults:
    """Read ``NAME`` or ``NAME=VALUE`` texts. Raises `ProblemError` for unknown names and wrong values."""
    chosen: dict[str, float] = {}
    for text in texts:
        name, _, given = text.partition("=")
        kind = FAULTS.get(name)
        if name == "none":
            continue
        if kind is None:
            raise _wrong(text, f"Known faults are: none, {', '.join(FAULTS)}.")
        try:
            value = float(given) if given else kind.default
        except ValueError:
            value = None
        most = 100.0 if kind.unit == "percent" else sys.float_info.max
        if value is None or not 0 <= value <= most:
            raise _wrong(text, f"{name} needs a number{f' of {kind.unit}' if kind.unit else ''}: {name}=N.")
        chosen[name] = value
    return Faults(chosen)


def _wrong(text: str, why: str) -> ProblemError:
    return ProblemError(Problem(code="fault_unknown", what=f"The fault {text!r} is not known.", why=why))
