"""Parameters changed while connections stream: what the window sends, and the state shown beside each control.

The engine keeps the record of each connection (`ParameterState` in its row); the window sends complete wanted values,
numbered, and shows what the rows say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.engine.records.events import Event, Notice
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.bundles import BUNDLES, UNKNOWN, Bundle
from flux_desktop.flux.options import FluxOptions, problems
from flux_desktop.ui.models.conversation import Conversation

THRESHOLDS = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")
FILTERS = ("profanity_filter", "numerals")
"""Parameters that no server echoes: all that is known is whether they were sent."""
FIELDS = (*THRESHOLDS, *FILTERS, "keyterms")
REFUSED_CODE = "configure_not_supported"
"""Of the notice with which the engine reports that a build has ended a stream because of a `Configure`."""
SETTLE_S = 0.8
"""A new stream is not opened for every step of a slider that is being dragged."""


@dataclass(frozen=True, slots=True)
class FieldState:
    """What stands beside a control; `role` is caption, ok, warn or danger."""

    words: str = ""
    role: str = "caption"


class LiveParameters:
    """From `begin` to `end` of a run. Times are seconds of any one monotonic clock."""

    def __init__(self) -> None:
        self.bundle: Bundle = UNKNOWN
        self._revision = 0
        self._started: FluxOptions | None = None
        self._wanted: FluxOptions | None = None
        self._edited = False
        self._settling_since_s: float | None = None
        self._refused = False

    def begin(self, options: FluxOptions, *, refused_before: bool = False) -> None:
        """A run starts with these parameters; `refused_before`: this endpoint is known to refuse `Configure`."""
        self._started = self._wanted = options
        self._revision, self._edited, self._refused = 0, False, refused_before
        self._settling_since_s = None
        self.bundle = UNKNOWN

    def end(self) -> None:
        """The run is over: edits are for the next one."""
        self._started = self._wanted = None

    @property
    def steers_run(self) -> bool:
        """Whether a run is in progress that takes changes; a recording of Tune is none."""
        return self._started is not None

    def bundle_known(self, name: str) -> None:
        """The run has reported which server build it conversations to."""
        self.bundle = BUNDLES.get(name, UNKNOWN)

    def feed(self, event: Event) -> None:
        """Take the report that the build does not accept `Configure`."""
        if isinstance(event, Notice) and event.problem.code == REFUSED_CODE:
            self._refused = True

    @property
    def configurable(self) -> bool | None:
        """Whether the build accepts `Configure`; None where unknown."""
        return False if self._refused else self.bundle.takes("Configure")

    @property
    def explanation(self) -> str:
        """Why changes need new streams, for a run on such a build; else empty."""
        if self._started is None or self.configurable is not False:
            return ""
        return "This build does not accept changes while a stream is open: each change reconnects, with a short pause."

    @property
    def refusal_remembered(self) -> bool:
        """Whether changes reconnect only because they were refused once, so that they can be tried again."""
        return self._started is not None and self._refused and self.bundle.takes("Configure") is not False

    def forget_refusal(self) -> None:
        """Send changes to open streams again."""
        self._refused = False

    # ------------------------------------------------------------ what is sent

    def edit(self, wanted: FluxOptions) -> None:
        """The user changed something; what is to be sent is returned by `take`."""
        self._wanted, self._edited, self._settling_since_s = wanted, True, None

    def take(self, conns: Sequence[int], now_s: float) -> list[SetParameters]:
        """What to send now to these connections; called regularly.

        For a build that does not accept `Configure` it waits until the edits have settled, and asks for new streams.
        """
        if not self._edited or not conns or not self._is_valid:
            return []
        if self.configurable is False:
            if self._settling_since_s is None:
                self._settling_since_s = now_s
            if now_s - self._settling_since_s < SETTLE_S:
                return []
        self._edited = False
        return [self._command(conns, new_stream=self.configurable is False)]

    def reconnect(self, conns: Sequence[int]) -> list[SetParameters]:
        """Switch these connections to new streams with what is shown; nothing where that would be refused."""
        if not conns or not self._is_valid:
            return []
        self._edited = False
        return [self._command(conns, new_stream=True)]

    @property
    def _is_valid(self) -> bool:
        return self._started is not None and self._wanted is not None and not problems(self._wanted)

    def _command(self, conns: Sequence[int], *, new_stream: bool) -> SetParameters:
        assert self._wanted is not None
        self._revision += 1
        return SetParameters(
            revision=self._revision, options=self._wanted, connections=list(conns), new_stream=new_stream
        )

    # ------------------------------------------------------------ what is shown

    def reconnect_for(self, conversations: Iterable[Conversation]) -> list[str]:
        """Names of parameters that take effect only with new streams, where reconnecting is the user's choice."""
        if self._started is None or self.configurable is False:
            return []
        waiting = {name for each in _streaming(conversations) for name in each.parameters.needs_new_stream}
        return [name for name in FluxOptions.__struct_fields__ if name in waiting]

    def states(self, conversations: Iterable[Conversation]) -> dict[str, FieldState]:
        """What stands beside each control, by field name; empty while no run is in progress."""
        streaming = _streaming(conversations)
        if self._started is None or not streaming:
            return {name: FieldState() for name in FIELDS}
        return {name: self._state(name, streaming) for name in FIELDS}

    def _state(self, name: str, streaming: list[Conversation]) -> FieldState:
        wanted = _value(self._wanted, name)
        holding = sum(_value(each.parameters.in_force, name) == wanted for each in streaming)
        total, waiting = len(streaming), len(streaming) - holding
        if holding == total:
            if name in FILTERS:
                return FieldState() if wanted is None else FieldState(f"● sent to {holding} of {total}", "ok")
            if name == "keyterms" and not wanted and not self._revision:
                return FieldState()
            return FieldState(f"● in force: {holding} of {total}", "ok")
        if self.configurable is False:
            return FieldState(f"◐ new streams: {waiting} of {total}", "warn")
        if any(name in each.parameters.needs_new_stream for each in streaming):
            return FieldState("requires reconnecting", "warn")
        refused = next((each.parameters.refused for each in streaming if each.parameters.refused), "")
        if refused and not self._edited:
            return FieldState(f"✕ refused: {refused}", "danger")
        return FieldState(f"◐ pending: {waiting} of {total}", "warn")


def _streaming(conversations: Iterable[Conversation]) -> list[Conversation]:
    return [each for each in conversations if each.connection_state is ConnectionState.STREAMING]


def _value(options: FluxOptions | None, name: str) -> object:
    """A parameter as it takes effect: a threshold that is not given has the server's default."""
    assert options is not None
    value = getattr(options, f"{name}_in_force" if name in {"eot_threshold", "eot_timeout_ms"} else name)
    return round(value, 6) if isinstance(value, float) else value
