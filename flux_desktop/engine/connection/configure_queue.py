"""The parameters of one connection: wanted, in flight, in force, refused. Pure state, no clock.

Flux refuses a queue of updates ("Too many pending Configure messages"), so at most one `Configure` is in flight; what
is wanted meanwhile is compared with what is in force once the answer is there. Nothing that was wanted is lost with a
stream: every new stream is opened with the wanted values.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from flux_desktop.engine.records.facts import ParameterState
from flux_desktop.flux.changes import applied, configure_message, needs_reconnect
from flux_desktop.flux.messages import Configure, ConfigureSuccess
from flux_desktop.flux.options import FluxOptions

NOT_ANSWERED = "not confirmed in time"
NOT_APPLIED = "confirmed, but the server reports other values"


class ConfigureQueue:
    """Decides what to send next and what an answer means. `next_message` is asked after every change."""

    def __init__(self, options: FluxOptions) -> None:
        self.revision = 0
        self.wanted = options
        self.in_force = options
        self.in_flight: Configure | None = None
        self.refused = ""
        self.takes_configure = True
        """False once a stream of this connection was ended because of a `Configure`."""
        self._planned = options
        self._verbatim: Configure | None = None
        """To be sent exactly as it is, before anything else."""
        self._verbatim_in_flight = False
        self._unanswered: list[Configure] = []
        """Timed out on this stream, oldest first: their answers may still come."""

    # ------------------------------------------------------------ what is wanted

    def want(self, options: FluxOptions, revision: int) -> bool:
        """Take new wanted values; False for a revision that is not newer than the last one taken.

        Encoding and sample rate stay: they belong to the audio.
        """
        if revision <= self.revision:
            return False
        self.revision, self.refused = revision, ""
        mine = self._planned
        self.wanted = msgspec.structs.replace(options, encoding=mine.encoding, sample_rate_hz=mine.sample_rate_hz)
        return True

    def want_verbatim(self, message: Configure) -> None:
        """Send this message as it is, also one that the server should refuse; its values are wanted once accepted."""
        self._verbatim = message

    def refuse(self, reason: str) -> None:
        """The wanted values were refused: they are not tried again until they are set again."""
        self.refused = reason

    # ------------------------------------------------------------ streams

    @property
    def opening_options(self) -> FluxOptions:
        """What the next stream is to be opened with."""
        return self.in_force if self.refused else self.wanted

    def stream_opened(self, options: FluxOptions) -> None:
        """A new stream is in use, opened with these parameters."""
        self.stream_lost()
        self.in_force = options

    def stream_lost(self) -> None:
        """The stream is no longer in use: whatever is unanswered on it will not be answered."""
        if self._verbatim_in_flight and self._verbatim is None:
            self._verbatim = self.in_flight
        self.in_flight, self._verbatim_in_flight, self._unanswered = None, False, []

    # ------------------------------------------------------------ messages

    @property
    def wanted_in_flight(self) -> bool:
        """Whether the `Configure` in flight carries wanted values, not a verbatim message."""
        return self.in_flight is not None and not self._verbatim_in_flight

    def next_message(self) -> Configure | None:
        """The message to send now, which is then in flight; None while there is nothing to send."""
        if self.in_flight is not None:
            return None
        if self._verbatim is not None:
            self.in_flight, self._verbatim, self._verbatim_in_flight = self._verbatim, None, True
            return self.in_flight
        if self.refused or not self.takes_configure:
            return None
        self.in_flight = self._difference()
        return self.in_flight

    def acknowledged(self, echo: ConfigureSuccess) -> bool:
        """The server accepted a `Configure`: what it echoes is in force. Returns whether it was the one in flight.

        Answers come in order, but a message may stay unanswered: the oldest one that the echo fits is answered.
        """
        late = next((number for number, message in enumerate(self._unanswered) if _fits(echo, message)), None)
        if late is not None or self.in_flight is None:
            self.in_force = _echoed(self.in_force, echo)
            del self._unanswered[: 0 if late is None else late + 1]
            return False
        message, verbatim = self.in_flight, self._verbatim_in_flight
        self.in_flight, self._verbatim_in_flight, self._unanswered = None, False, []
        self.in_force = _echoed(applied(self.in_force, message), echo)
        if verbatim:
            self.wanted = applied(self.wanted, message)
        if not self.refused and self._difference() == message:
            self.refused = NOT_APPLIED  # sending the same again would go on for ever
        return True

    def rejected(self, reason: str) -> bool:
        """The server refused a `Configure`; what was in force stays. Returns whether it was the one in flight."""
        if self._unanswered:
            del self._unanswered[0]
            return False
        if self.in_flight is not None and not self._verbatim_in_flight:
            self.refused = reason
        was_in_flight = self.in_flight is not None
        self.in_flight, self._verbatim_in_flight = None, False
        return was_in_flight

    def timed_out(self) -> None:
        """The message in flight was not answered in time; its answer may still come."""
        if self.in_flight is not None:
            self._unanswered.append(self.in_flight)
            if not self._verbatim_in_flight:
                self.refused = NOT_ANSWERED
        self.in_flight, self._verbatim_in_flight = None, False

    def _difference(self) -> Configure | None:
        return configure_message(_effective(self.in_force), _effective(self.wanted))

    # ------------------------------------------------------------ for the row

    @property
    def state(self) -> ParameterState | None:
        """The whole record; None as long as the plan's own parameters are wanted and in force."""
        if self.revision == 0 and self.wanted == self.in_force == self._planned and self.in_flight is None:
            return None
        waiting = needs_reconnect(_effective(self.in_force), _effective(self.wanted))
        if not self.takes_configure:
            fields = FluxOptions.__struct_fields__
            waiting = [name for name in fields if getattr(self.in_force, name) != getattr(self.wanted, name)]
        return ParameterState(
            revision=self.revision,
            wanted=self.wanted.public,
            in_force=self.in_force.public,
            in_flight=self.in_flight,
            refused=self.refused,
            needs_new_stream=tuple(waiting),
        )


def _effective(options: FluxOptions) -> FluxOptions:
    """The same parameters with the server's defaults in place of thresholds that were not given."""
    return msgspec.structs.replace(
        options, eot_threshold=options.eot_threshold_in_force, eot_timeout_ms=options.eot_timeout_ms_in_force
    )


def _fits(echo: ConfigureSuccess, message: Configure) -> bool:
    """Whether everything that the message set and the echo names is the same in both."""
    thresholds = {} if message.thresholds is UNSET else msgspec.structs.asdict(message.thresholds)
    pairs = [(getattr(echo.thresholds, name, None), value) for name, value in thresholds.items()]
    pairs += [(echo.keyterms, message.keyterms), (echo.language_hints, message.language_hints)]
    return all(wanted is UNSET or echo_setting is None or echo_setting == wanted for echo_setting, wanted in pairs)


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
