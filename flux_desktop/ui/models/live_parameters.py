"""Parameters changed while streams run: what was asked for, and what is in force beside each control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flux_desktop.engine.records.commands import ConfigureStreams, ReconnectStreams
from flux_desktop.engine.records.events import Event, Notice, Received
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux import defaults
from flux_desktop.flux.bundles import BUNDLES, UNKNOWN, Bundle
from flux_desktop.flux.changes import applied, configure_message, needs_reconnect
from flux_desktop.flux.messages import ConfigureFailure, ConfigureSuccess, MessageError, parse_server_message
from flux_desktop.flux.options import FluxOptions, problems
from flux_desktop.ui.models.conversation import Conversation

FIELDS = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")
FILTERS = ("profanity_filter", "numerals")
"""Parameters that no server echoes: only what was asked for is known of them."""
REFUSED_CODE = "configure_not_supported"
"""Of the notice with which the engine says that a build has ended a stream because of a `Configure`."""
SETTLE_S = 0.8
"""A new stream is not opened for every step of a slider that is being dragged."""
_DEFAULTS: dict[str, float | None] = {
    "eot_threshold": defaults.EOT_THRESHOLD,
    "eager_eot_threshold": None,
    "eot_timeout_ms": defaults.EOT_TIMEOUT_MS,
}


@dataclass(frozen=True, slots=True)
class FieldState:
    """What stands beside a control; `role` is caption, ok, warn or danger."""

    words: str = ""
    role: str = "caption"


class LiveParameters:
    """From `begin` to `end` of a run. The engine keeps one `Configure` in flight per stream and merges the rest.

    What was asked for is kept by connection, for a change may go to some of them only. Times are seconds of any
    one monotonic clock.
    """

    def __init__(self) -> None:
        self.bundle: Bundle = UNKNOWN
        self.reconnect_for: list[str] = []
        self.refusal = ""
        self.changes_sent = 0
        self._started: FluxOptions | None = None
        self._asked: dict[int, FluxOptions] = {}
        self._wanted: FluxOptions | None = None
        self._edited = False
        self._settling_since_s: float | None = None
        self._refused = False
        self._keyterms_echoed: dict[int, tuple[str, ...]] = {}

    def begin(self, options: FluxOptions, *, refused_before: bool = False) -> None:
        """A run starts with these parameters; `refused_before`: this endpoint is known to refuse `Configure`."""
        self._started = self._wanted = options
        self._asked, self._edited, self._refused = {}, False, refused_before
        self._settling_since_s = None
        self.bundle, self.reconnect_for, self.refusal, self.changes_sent = UNKNOWN, [], "", 0
        self._keyterms_echoed = {}

    def end(self) -> None:
        """The run is over: edits are for the next one."""
        self._started = self._wanted = None
        self.reconnect_for, self.refusal = [], ""

    def bundle_known(self, name: str) -> None:
        """The run has said which server build it talks to."""
        self.bundle = BUNDLES.get(name, UNKNOWN)

    @property
    def configurable(self) -> bool | None:
        """Whether the build takes `Configure`; None where nobody knows."""
        return False if self._refused else self.bundle.takes("Configure")

    @property
    def explanation(self) -> str:
        """Why changes are taken over by new streams, for a run on such a build; else empty."""
        if self._started is None or self.configurable is not False:
            return ""
        return "This build takes no changes in mid-stream: each change opens the streams again, with a short pause."

    @property
    def refusal_remembered(self) -> bool:
        """Whether changes are held back only because they were refused once, so that they can be tried again."""
        return self._started is not None and self._refused and self.bundle.takes("Configure") is not False

    def forget_refusal(self) -> None:
        """Send changes to the streams as they are once more."""
        self._refused = False

    @property
    def reconnect_offered(self) -> bool:
        """Whether something was changed that only new streams can take over, and that waits for the person's word."""
        return bool(self.reconnect_for) and self.configurable is not False

    def edit(self, wanted: FluxOptions, conns: Sequence[int] = ()) -> None:
        """A person changed something, for these connections; what is to be sent is asked for with `take`."""
        self._wanted, self._edited, self._settling_since_s = wanted, True, None
        self._offer(conns)

    def take(self, conns: Sequence[int], now_s: float) -> list[ConfigureStreams | ReconnectStreams]:
        """What to send now to these connections; called at the pace of the labels.

        Connections that have been asked for different things before are told apart, so that all end on what is
        shown. A build that takes no `Configure` gets new streams, once the edits have settled.
        """
        wanted = self._wanted
        if not self._edited or not conns or self._started is None or wanted is None or problems(wanted):
            return []
        if self.configurable is False:
            if self._settling_since_s is None:
                self._settling_since_s = now_s
            if now_s - self._settling_since_s < SETTLE_S:
                return []
            self._edited = False
            return self.reconnect([conn for conn in conns if self._asked_of(conn) != wanted])
        self._edited = False
        groups: list[tuple[FluxOptions, list[int]]] = []
        for conn in conns:
            same = next((group for asked, group in groups if asked == self._asked_of(conn)), None)
            if same is None:
                groups.append((self._asked_of(conn), [conn]))
            else:
                same.append(conn)
        commands: list[ConfigureStreams | ReconnectStreams] = []
        for asked, group in groups:
            message = configure_message(asked, wanted)
            if message is not None:
                self._asked.update(dict.fromkeys(group, applied(asked, message)))
                commands.append(ConfigureStreams(message=message, connections=group))
        if commands:
            self.refusal = ""
            self.changes_sent += 1
        return commands

    def reconnect(self, conns: Sequence[int]) -> list[ConfigureStreams | ReconnectStreams]:
        """Change these connections over to new streams with what is shown; nothing while it would be refused."""
        wanted = self._wanted
        if self._started is None or wanted is None or problems(wanted) or not conns:
            return []
        self._asked.update(dict.fromkeys(conns, wanted))
        self.reconnect_for, self.refusal = [], ""
        self.changes_sent += 1
        return [ReconnectStreams(options=wanted, connections=list(conns))]

    def _asked_of(self, conn: int) -> FluxOptions:
        assert self._started is not None
        return self._asked.get(conn, self._started)

    def _offer(self, conns: Sequence[int]) -> None:
        self.reconnect_for = []
        if self._started is not None and self._wanted is not None:
            for conn in conns:
                found = needs_reconnect(self._asked_of(conn), self._wanted)
                self.reconnect_for += [name for name in found if name not in self.reconnect_for]

    def feed(self, event: Event) -> None:
        """Look for answers to a `Configure`, and for the news that the build takes none."""
        if isinstance(event, Notice) and event.problem.code == REFUSED_CODE:
            self._refused = True
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
        if self._started is None or self._wanted is None:
            return {name: FieldState() for name in (*FIELDS, *FILTERS, "keyterms")}
        streaming = [talk for talk in talks if talk.stream_state is ConnectionState.STREAMING]
        found = {name: self._state(name, streaming) for name in FIELDS}
        found.update({name: self._filter_state(name, streaming) for name in FILTERS})
        found["keyterms"] = self._keyterm_state(streaming)
        if "eager_eot_threshold" in self.reconnect_for:
            found["eager_eot_threshold"] = FieldState("off only with a new stream", "warn")
        return found

    def _state(self, name: str, streaming: list[Conversation]) -> FieldState:
        wanted = _value(getattr(self._wanted, name), name)
        holding = sum(_in_force(talk, name, self._started) == wanted for talk in streaming)
        return self._words(holding, len(streaming))

    def _filter_state(self, name: str, streaming: list[Conversation]) -> FieldState:
        if name in self.reconnect_for:
            return FieldState("needs new streams", "warn")
        wanted = getattr(self._wanted, name)
        if wanted is None or not streaming:
            return FieldState()
        asked = sum(getattr(self._asked_of(talk.conn), name) == wanted for talk in streaming)
        if asked == len(streaming):
            return FieldState(f"● asked of {asked} of {len(streaming)}", "ok")
        return FieldState(f"◐ pending: {len(streaming) - asked} of {len(streaming)}", "warn")

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
        if self.configurable is False and self._wanted != self._started:
            return FieldState(f"◐ new streams: {total - holding} of {total}", "warn")
        if self.refusal:
            return FieldState(f"✕ refused: {self.refusal}", "danger")
        return FieldState(f"◐ pending: {total - holding} of {total}", "warn")


def _in_force(talk: Conversation, name: str, started_with: FluxOptions | None) -> float | None:
    if talk.row is None:
        return _value(getattr(started_with, name, None), name)
    return _value(getattr(talk.row, name), name)


def _value(value: float | None, name: str) -> float | None:
    return _DEFAULTS[name] if value is None else round(float(value), 6)
