"""The faults chosen with ``--fault NAME[=VALUE]``, and which streams they affect."""

from __future__ import annotations

from collections.abc import Iterable

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.local_faults import FAULTS

NO_FAULT = "none"
_VALUE_MAX = 1_000_000
STALL_AFTER_S = 5.0
"""Audio of a stream before ``stall-ms`` takes effect."""


class Faults:
    """The chosen faults by name, each with its value in the unit of `FAULTS`; used on one event loop."""

    def __init__(self, chosen: dict[str, float] | None = None) -> None:
        self._chosen = chosen or {}
        self._streams: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        return sorted(self._chosen)

    def value(self, name: str) -> float | None:
        """The value of a fault; None where it was not chosen."""
        assert name in FAULTS, name
        return self._chosen.get(name)

    def has(self, name: str) -> bool:
        return self.value(name) is not None

    def is_first(self, name: str) -> bool:
        """Count a stream for `name`; whether it is the first one."""
        return self._count(name) == 1

    def selects(self, name: str) -> bool:
        """Count a stream for `name`; whether it belongs to the chosen percentage, which is spread evenly."""
        percent = self.value(name)
        if percent is None:
            return False
        number = self._count(name)
        return int(number * percent / 100) > int((number - 1) * percent / 100)

    def _count(self, name: str) -> int:
        number = self._streams[name] = self._streams.get(name, 0) + 1
        return number


def parse_faults(texts: Iterable[str]) -> Faults:
    """Read ``NAME`` or ``NAME=VALUE`` texts. Raises `ProblemError` for an unknown name and an unusable value."""
    chosen: dict[str, float] = {}
    for text in texts:
        name, _, value_text = text.partition("=")
        if name == NO_FAULT:
            continue
        kind = FAULTS.get(name)
        if kind is None:
            raise _unusable(f"There is no fault named {name!r}.", f"Known faults: {NO_FAULT}, {', '.join(FAULTS)}.")
        try:
            value = float(value_text) if value_text else kind.default
        except ValueError:
            value = None
        highest = 100 if kind.unit == "percent" else _VALUE_MAX
        if value is None or not 0 <= value <= highest:
            unit = f" ({kind.unit})" if kind.unit else ""
            raise _unusable(
                f"The fault {text!r} cannot be used.", f"Write {name}=N with N from 0 to {highest:,}{unit}."
            )
        chosen[name] = value
    return Faults(chosen)


def _unusable(what: str, why: str) -> ProblemError:
    return ProblemError(Problem(code="fault_unusable", what=what, why=why))
