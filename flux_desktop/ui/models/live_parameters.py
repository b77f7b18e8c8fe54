"""Parameters changed while streams run: what was asked for, and what is in force beside each control."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flux_desktop.engine.events import Event, Received, StreamState
from flux_desktop.flux.bundles import BUNDLES, UNKNOWN, Bundle
from flux_desktop.flux.changes import applied, configure_message, needs_reconnect
from flux_desktop.flux.messages import Configure, ConfigureFailure, ConfigureSuccess, MessageError, parse_server_message
from flux_desktop.flux.options import FluxOptions, problems
from flux_desktop.ui.models.conversation import Conversation

FIELDS = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")
_DEFAULTS: dict[str, float | None] = {"eot_threshold": 0.7, "eager_eot_threshold": None, "eot_timeout_ms": 5000}


@dataclass(frozen=True, slots=True)
class FieldState:
    """What stands beside a control; `role` is caption, ok, warn or danger."""

    words: str = ""
    role: str = "caption"


class LiveParameters:
    """From `begin` to `end` of a run. The engine keeps one `Configure` in flight per stream and merges the rest."""

    def __init__(self) -> None:
        self.bundle: Bundle = UNKNOWN
        self.reconnect_for: list[str] = []
        self.refusal = ""
        self.changes_sent = 0
        self._asked: FluxOptions | None = None
        self._wanted: FluxOptions | None = None
        self._keyterms_echoed: dict[int, tuple[str, ...]] = {}

    def begin(self, options: FluxOptions) -> None:
        """A run starts with these parameters."""
        self._asked = self._wanted = options
        self.bundle, self.reconnect_for, self.refusal, self.changes_sent = UNKNOWN, [], "", 0
        self._keyterms_echoed = {}

    def end(self) -> None:
        """The run is over: edits are for the next one."""
        self._asked = self._wanted = None
        self.reconnect_for, self.refusal = [], ""

    def bundle_known(self, name: str) -> None:
        """The run has said which server build it talks to."""
        self.bundle = BUNDLES.get(name, UNKNOWN)

    @property
    def configurable(self) -> bool | None:
        """Whether the build takes `Configure`; None where nobody knows."""
        return self.bundle.takes("Configure")

    @property
    def restart_needed(self) -> bool:
        """Whether something was changed that only new streams can take over."""
        if self._asked is None or self._wanted is None:
            return False
        return bool(self.reconnect_for) or (self.configurable is False and self._wanted != self._asked)

    def edit(self, wanted: FluxOptions) -> None:
        """A person changed something; what is to be sent is asked for with `take_change`."""
        self._wanted = wanted
        self.reconnect_for = [] if self._asked is None else needs_reconnect(self._asked, wanted)

    def take_change(self) -> Configure | None:
        """The `Configure` to send now, None when nothing is to be sent; called at the pace of the labels."""
        if self._asked is None or self._wanted is None or self._wanted == self._asked:
            return None
        if self.configurable is False or problems(self._wanted):
            return None
        message = configure_message(self._asked, self._wanted)
        if message is None:
            return None
        self._asked = applied(self._asked, message)
        self.refusal = ""
        self.changes_sent += 1
        return message

    def feed(self, event: Event) -> None:
        """Look for answers to a `Configure`."""
        if not isinstance(event, Received) or '"Configure' not in event.text:
            return
        try:
            message = parse_server_message(event.text)
        except MessageError:
            return
        if isinstance(message, ConfigureFailure):
            self.refusal = message.description or message.code or "no reason was given"
        elif isinstance(message, ConfigureSuccess) and message.keyterms is not None:
            self._keyterms_echoed[event.conn] = tuple(message.keyterms)

    def states(self, talks: Iterable[Conversation]) -> dict[str, FieldState]:
        """What stands beside each control, by field name; empty words while no run is under way."""
        if self._asked is None or self._wanted is None:
            return {name: FieldState() for name in (*FIELDS, "keyterms")}
        streaming = [talk for talk in talks if talk.stream_state is StreamState.STREAMING]
        found = {name: self._state(name, streaming) for name in FIELDS}
        found["keyterms"] = self._keyterm_state(streaming)
        if "eager_eot_threshold" in self.reconnect_for:
            found["eager_eot_threshold"] = FieldState("off only after a new start", "warn")
        return found

    def _state(self, name: str, streaming: list[Conversation]) -> FieldState:
        wanted = _value(getattr(self._wanted, name), name)
        holding = sum(_in_force(talk, name, self._asked) == wanted for talk in streaming)
        return self._words(holding, len(streaming))

    def _keyterm_state(self, streaming: list[Conversation]) -> FieldState:
        assert self._wanted is not None
        if not self.changes_sent and not self._wanted.keyterms:
            return FieldState()
        if not self._keyterms_echoed:
            return self._words(len(streaming), len(streaming))
        # Only watched connections tell of their keyterms.
        watched = [talk for talk in streaming if talk.conn in self._keyterms_echoed]
        holding = sum(1 for talk in watched if self._keyterms_echoed[talk.conn] == self._wanted.keyterms)
        return self._words(holding, len(watched))

    def _words(self, holding: int, total: int) -> FieldState:
        if not total:
            return FieldState()
        if holding == total:
            return FieldState(f"● in force: {holding} of {total}", "ok")
        if self.configurable is False:
            return FieldState("○ for the next run", "caption")
        if self.refusal:
            return FieldState(f"✕ refused: {self.refusal}", "danger")
        return FieldState(f"◐ pending: {total - holding} of {total}", "warn")


def _in_force(talk: Conversation, name: str, started_with: FluxOptions | None) -> float | None:
    if talk.row is None:
        return _value(getattr(started_with, name, None), name)
    return _value(getattr(talk.row, name), name)


def _value(value: float | None, name: str) -> float | None:
    return _DEFAULTS[name] if value is None else round(float(value), 6)
