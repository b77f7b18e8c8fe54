"""Reads the traces of session folders: what each clip's TurnInfo messages said, with the clip's reference turns.

    read = read_traces([folder, …])               # blocks; any ordinary session of a file or a data set
    table = trace_table(read.traces)

A session of a data set gives one trace for each clip that was sent whole. A session of one recording gives its first
pass for each connection: what follows in a loop begins in the state that the end has left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.datasets.assignment import clip_order
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import ConnectionEnded, Event, Received, RunEnded, RunStarted, Sent
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.evaluation.turns.reference import reference_holds, reference_turns
from flux_desktop.evaluation.turns.turn_matching import EARLIEST_S, LATEST_S
from flux_desktop.experiments.invalid import invalid_note
from flux_desktop.experiments.session_clips import clips_of_plan, session_unusable
from flux_desktop.flux.messages import ConfigureSuccess, MessageError, TurnInfo, parse_server_message, shift
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import TurnTracker

_POSITION_S = 1e-6


class ReadTraces(Struct, frozen=True, kw_only=True):
    """Traces of several sessions. `notes` are sentences about what could not be used."""

    traces: tuple[Trace, ...]
    plans: tuple[RunPlan, ...]
    notes: tuple[str, ...] = ()

    @property
    def setting(self) -> Setting:
        """Up to where all traces can be replayed: the lowest threshold and timeout that any was recorded with."""
        settings = [trace.setting for trace in self.traces] or [Setting()]
        return Setting(
            eot=min(setting.eot for setting in settings), timeout_ms=min(setting.timeout_ms for setting in settings)
        )


def setting_of(options: FluxOptions) -> Setting:
    """The setting that parameters put in force."""
    return Setting(
        eot=options.eot_threshold_in_force,
        eager=options.eager_eot_threshold,
        timeout_ms=options.eot_timeout_ms_in_force,
    )


def read_traces(folders: Iterable[Path]) -> ReadTraces:
    """The traces of sessions; blocks. Raises `ProblemError` where a folder holds no run of recordings."""
    traces: list[Trace] = []
    plans: list[RunPlan] = []
    notes: list[str] = []
    for folder in folders:
        reader = _SessionReader(folder)
        try:
            for event in read_session(folder):
                reader.feed(event)
        except OSError as error:
            raise session_unusable(folder, f"{error.filename or folder}: {error.strerror or error}.") from error
        if reader.doubt:
            notes.append(reader.doubt)
        session_traces = reader.traces()
        plans.append(reader.plan_read)
        traces += session_traces
        without = sum(not trace.turns for trace in session_traces)
        if without:
            notes.append(
                f"{folder.name}: {without} of {len(session_traces)} clips have no reference turns and are left out."
            )
    return ReadTraces(traces=_numbered(traces), plans=tuple(plans), notes=tuple(notes))


class _Sending(Struct, kw_only=True):
    """A clip that a connection has begun to send."""

    path: str
    clip: Clip | None
    from_s: float
    setting: Setting
    messages: list[TraceMessage]
    is_whole: bool = False


class _SessionReader:
    """Follows the events of one session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plan: RunPlan | None = None
        self._clips: tuple[Clip, ...] = ()
        self._sendings: dict[int, list[_Sending]] = {}
        self._settings: dict[int, Setting] = {}
        self._request_ids: dict[int, str | None] = {}
        self.doubt = ""
        """Why the figures of its run are not reliable; empty where they are."""
        self._trackers: defaultdict[tuple[int, str | None], TurnTracker] = defaultdict(TurnTracker)
        """By connection and request id."""
        self._closed: set[str | None] = set()
        self._offsets_s: dict[str | None, float] = {}
        """By request id: audio of the connection's earlier streams."""

    @property
    def plan_read(self) -> RunPlan:
        if self._plan is None:
            raise session_unusable(self._folder, "It has no recording of a run.")
        return self._plan

    def feed(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, RunStarted):
            self._plan = event.plan
            self._clips = clips_of_plan(event.plan, self._folder)
        elif self._plan is None:
            return
        elif isinstance(event, ClipStarted):
            self._begin(event.conn, event.clip, event.audio_s)
        elif isinstance(event, Sent) and '"CloseStream"' in event.text:
            self._closed.add(self._request_ids.get(event.conn))
        elif isinstance(event, Received) and event.type in {"TurnInfo", "ConfigureSuccess", "Connected"}:
            self._received(event)
        elif isinstance(event, ConnectionEnded):
            self._end(event)
        elif isinstance(event, RunEnded):
            self.doubt = invalid_note(self._folder.name, event)

    def traces(self) -> list[Trace]:
        """All clips that were sent whole."""
        return [
            self._trace(conn, sending)
            for conn, sendings in sorted(self._sendings.items())
            for sending in sendings
            if sending.is_whole and _is_heard_out(sending)
        ]

    def _begin(self, conn: int, clip: str, audio_s: float) -> None:
        sendings = self._sendings.setdefault(conn, [])
        if sendings:
            sendings[-1].is_whole = True
        setting, entry = self._setting(conn), self._entry(conn, clip, len(sendings))
        sendings.append(_Sending(path=clip, clip=entry, from_s=audio_s, setting=setting, messages=[]))

    def _entry(self, conn: int, path: str, before: int) -> Clip | None:
        """The entry of the data set that a connection sends after so many others; of one path there may be several."""
        source = self.plan_read.source
        if isinstance(source, DataSetSource):
            if source.entries:
                place = source.entries[(conn - 1) % len(source.entries)]
            else:
                order = clip_order(conn, self.plan_read.connections, len(self._clips), source.seed)
                place = next(islice(order, before, None), 0)
            if place < len(self._clips) and str(self._clips[place].path) == path:
                return self._clips[place]
        of_path = [clip for clip in self._clips if str(clip.path) == path]
        return of_path[0] if len(of_path) == 1 else None

    def _end(self, event: ConnectionEnded) -> None:
        sendings = self._sendings.get(event.summary.conn)
        if sendings:
            sendings[-1].is_whole = event.summary.problem is None

    def _setting(self, conn: int) -> Setting:
        return self._settings.setdefault(conn, setting_of(self.plan_read.options_for(conn)))

    def _received(self, event: Received) -> None:
        try:
            message = parse_server_message(event.text)
        except MessageError:
            return
        if isinstance(message, ConfigureSuccess) and message.thresholds is not None:
            now = message.thresholds
            before = self._setting(event.conn)
            self._settings[event.conn] = Setting(
                eot=now.eot_threshold or before.eot,
                eager=now.eager_eot_threshold,
                timeout_ms=now.eot_timeout_ms or before.timeout_ms,
            )
            self._lower(event.conn)
        elif isinstance(message, TurnInfo):
            self._turn_info(event, message)
        self._request_ids[event.conn] = getattr(message, "request_id", None) or self._request_ids.get(event.conn)

    def _lower(self, conn: int) -> None:
        """A clip during which the setting changed can be replayed up to the lower one only."""
        sendings = self._sendings.get(conn)
        if sendings:
            now, before = self._settings[conn], sendings[-1].setting
            sendings[-1].setting = replace(
                now, eot=min(now.eot, before.eot), timeout_ms=min(now.timeout_ms, before.timeout_ms)
            )

    def _turn_info(self, event: Received, info: TurnInfo) -> None:
        stream = info.request_id
        step = self._trackers[event.conn, stream].feed(info)  # gives an end of turn the text that it lacks
        if (
            step.is_late
            or info.audio_window_end is None
            or info.end_of_turn_confidence is None
            or stream in self._closed
        ):
            return
        sendings = self._sendings.get(event.conn)
        if not sendings and isinstance(self.plan_read.source, WavSource):
            self._begin(event.conn, self.plan_read.source.path, 0.0)
            sendings = self._sendings[event.conn]
        if not sendings:
            return
        if stream not in self._offsets_s:
            self._offsets_s[stream] = self._offset_s(event, info, sendings[-1])
        shift(info, 0, self._offsets_s[stream])
        sending = next((each for each in reversed(sendings) if each.from_s < info.audio_window_end), sendings[0])
        shift(info, 0, -sending.from_s)
        sending.messages.append(_message(info, event))

    def _offset_s(self, event: Received, info: TurnInfo, sending: _Sending) -> float:
        """Audio before the stream: by the turn's place on the connection's time line, else by the clip's."""
        assert info.audio_window_end is not None
        if event.turn is not None and event.turn.end_s:
            return event.turn.end_s - info.audio_window_end
        return sending.from_s if info.audio_window_end <= sending.from_s + _POSITION_S else 0.0

    def _trace(self, conn: int, sending: _Sending) -> Trace:
        clip = sending.clip
        name = Path(sending.path).name
        if clip is None:
            return Trace(
                clip=name, messages=tuple(sending.messages), setting=sending.setting, path=sending.path, conn=conn
            )
        return Trace(
            clip=name if not clip.offset_s else f"{name} at {clip.offset_s:g} s",
            messages=_first_pass(sending.messages, clip, self.plan_read),
            setting=sending.setting,
            conversation=clip.conversation or "",
            conn=conn,
            turns=reference_turns(clip),
            holds=reference_holds(clip),
            ignore=clip.ignore,
            path=str(clip.path),
            offset_s=clip.offset_s,
        )


def _is_heard_out(sending: _Sending) -> bool:
    """Whether the last turn's end was waited for: a run that is stopped drains its clips like complete ones."""
    messages, turns = sending.messages, () if sending.clip is None else reference_turns(sending.clip)
    if not messages or not turns:
        return bool(messages)
    end_s = turns[-1].end_s
    is_ended = any(each.event == "EndOfTurn" and each.audio_s >= end_s + EARLIEST_S for each in messages)
    return is_ended or messages[-1].audio_s >= end_s + LATEST_S


def _message(info: TurnInfo, event: Received) -> TraceMessage:
    assert info.audio_window_end is not None
    return TraceMessage(
        audio_s=round(info.audio_window_end, 4),
        confidence=info.end_of_turn_confidence or 0.0,
        event=info.event,
        turn_index=info.turn_index or 0,
        transcript=info.transcript,
        last_word_end_s=info.words[-1].end if info.words else None,
        trigger=info.trigger,
        latency_ms=event.user_latency_ms,
    )


def _first_pass(messages: Sequence[TraceMessage], clip: Clip, plan: RunPlan) -> tuple[TraceMessage, ...]:
    """Of a looped recording, what came before its last turn could run into the second pass."""
    turns = reference_turns(clip)
    if not (isinstance(plan.source, WavSource) and plan.source.loop and turns):
        return tuple(messages)
    from flux_desktop.audio.recording import open_recording

    length_s = open_recording(clip.path).duration_s
    return tuple(message for message in messages if message.audio_s <= length_s)


def _numbered(traces: Sequence[Trace]) -> tuple[Trace, ...]:
    """With the repeats of each clip numbered in order."""
    counted: Counter[str] = Counter()
    numbered = []
    for trace in traces:
        key = f"{trace.path}@{trace.offset_s}"
        numbered.append(replace(trace, repeat=counted[key]))
        counted[key] += 1
    return tuple(numbered)
