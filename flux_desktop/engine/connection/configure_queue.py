"""Live changes of one stream's parameters: one `Configure` under way, later edits merged behind it.

A server refuses a queue of updates ("Too many pending Configure messages"), so a slider that is dragged must
become one message at a time, and always end on the last value. Pure state, no clock.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from flux_desktop.base.problem import Problem
from flux_desktop.flux.changes import applied
from flux_desktop.flux.messages import Configure, ConfigureSuccess, Thresholds
from flux_desktop.flux.options import FluxOptions, problems

ACK_TIMEOUT_S = 5.0


class ConfigureQueue:
    """`in_force` is what the server acknowledged last; `in_flight` the `Configure` it has not answered yet."""

    def __init__(self, options: FluxOptions) -> None:
        self.in_force = options
        self.in_flight: Configure | None = None
        self._waiting: Configure | None = None

    @property
    def wanted(self) -> FluxOptions:
        """What will be in force when everything that was asked for is accepted."""
        target = self.in_force
        for step in (self.in_flight, self._waiting):
            target = target if step is None else applied(target, step)
        return target

    def request(self, change: Configure) -> Configure | None:
        """Ask for a change; returns the message to send now, or None while another one is under way."""
        merged = change if self._waiting is None else merge(self._waiting, change)
        if self.in_flight is not None:
            self._waiting = merged
            return None
        self._waiting = None
        self.in_flight = merged
        return merged

    def refusal(self, change: Configure) -> Problem | None:
        """Why a change would be refused: checked against the merged parameters, as the server may not do."""
        found = problems(applied(self.wanted, change))
        return found[0] if found else None

    def acknowledged(self, echo: ConfigureSuccess) -> Configure | None:
        """The server said yes: its echo is in force now. Returns the next message to send."""
        if self.in_flight is not None:
            self.in_force = applied(self.in_force, self.in_flight)
        self.in_force = _echoed(self.in_force, echo)
        return self._next()

    def refused(self) -> Configure | None:
        """The server said no, or nothing in time: what was in force stays. Returns the next message to send."""
        return self._next()

    def _next(self) -> Configure | None:
        self.in_flight, self._waiting = self._waiting, None
        return self.in_flight


def merge(first: Configure, second: Configure) -> Configure:
    """One `Configure` with the effect of two in a row."""
    merged = msgspec.structs.replace(first)
    for name in ("keyterms", "language_hints", "numerals"):
        value = getattr(second, name)
        if value is not UNSET:
            setattr(merged, name, value)
    if second.thresholds is not UNSET:
        base = Thresholds() if first.thresholds is UNSET else first.thresholds
        changes = {k: v for k, v in msgspec.structs.asdict(second.thresholds).items() if v is not UNSET}
        merged.thresholds = msgspec.structs.replace(base, **changes)
    return merged


def _echoed(options: FluxOptions, echo: ConfigureSuccess) -> FluxOptions:
    changes: dict[str, object] = {}
    if echo.thresholds is not None:
        echoed = msgspec.structs.asdict(echo.thresholds)
        changes.update({name: value for name, value in echoed.items() if value is not None})
    if echo.keyterms is not None:
        changes["keyterms"] = tuple(echo.keyterms)
    if echo.language_hints is not None:
        changes["language_hints"] = tuple(echo.language_hints)
    return msgspec.structs.replace(options, **changes)
