"""Reads the traces of session folders: what each clip's TurnInfo messages said, with the clip's reference turns.

    read = read_traces([folder, …])               # blocks; any ordinary session of a file or a data set
    table = trace_table(read.traces)

A session of a data set gives one trace for each clip that was sent whole. A session of one recording gives its first
pass for each connection: what follows in a loop begins in the state that the end has left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import Clip, Span
from flux_desktop.datasets.folder import single_clip
from flux_desktop.datasets.marks import MarksError
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import ClipStarted, ConnectionEnded, Event, Received, RunStarted, Sent
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.evaluation.trace import Setting, Trace, TraceMessage
from flux_desktop.flux.messages import ConfigureSuccess, MessageError, TurnInfo, parse_server_message, shift
from flux_desktop.flux.options import FluxOptions

_HOLD_MIN_S = 0.1
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
            raise _unusable(folder, f"{error.strerror or error}.") from error
        found = reader.traces()
        plans.append(reader.plan_read)
        traces += found
        without = sum(not trace.turns for trace in found)
        if without:
            notes.append(f"{folder.name}: {without} of {len(found)} clips have no reference turns and are left out.")
    return ReadTraces(traces=_numbered(traces), plans=tuple(plans), notes=tuple(notes))


def reference_turns(clip: Clip) -> tuple[SpokenTurn, ...]:
    """The turns of a clip; where only words are known, all of them are one turn."""
    if clip.turns or not clip.words:
        return clip.turns
    text = clip.text or " ".join(word.text for word in clip.words)
    return (SpokenTurn(text=text, start_s=clip.words[0].start_s, end_s=clip.words[-1].end_s),)


def reference_holds(clip: Clip) -> tuple[Span, ...]:
    """The holds of a clip; where none are stated, the silences between the words of a turn."""
    if clip.holds:
        return clip.holds
    turns = reference_turns(clip)
    return tuple(
        Span(start_s=word.end_s, end_s=following.start_s)
        for word, following in zip(clip.words, clip.words[1:], strict=False)
        if following.start_s - word.end_s >= _HOLD_MIN_S
        and any(turn.start_s <= word.end_s and following.start_s <= turn.end_s for turn in turns)
    )


class _Sending(Struct, kw_only=True):
    """A clip that a connection has begun to send."""

    clip: str
    from_s: float
    setting: Setting
    messages: list[TraceMessage]
    is_whole: bool = False


class _SessionReader:
    """Follows the events of one session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plan: RunPlan | None = None
        self._clips: dict[str, Clip] = {}
        self._sendings: dict[int, list[_Sending]] = {}
        self._settings: dict[int, Setting] = {}
        self._request_ids: dict[int, str | None] = {}
        self._closed: set[str | None] = set()
        self._offsets_s: dict[str | None, float] = {}
        """By request id: audio of the connection's earlier streams."""

    @property
    def plan_read(self) -> RunPlan:
        if self._plan is None:
            raise _unusable(self._folder, "It has no recording of a run.")
        return self._plan

    def feed(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, RunStarted):
            self._plan = event.plan
            self._clips = _clips_of(event.plan, self._folder)
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

    def traces(self) -> list[Trace]:
        """All clips that were sent whole."""
        return [
            self._trace(sending)
            for _, sendings in sorted(self._sendings.items())
            for sending in sendings
            if sending.is_whole and sending.messages
        ]

    def _begin(self, conn: int, clip: str, audio_s: float) -> None:
        sendings = self._sendings.setdefault(conn, [])
        if sendings:
            sendings[-1].is_whole = True
        sendings.append(_Sending(clip=clip, from_s=audio_s, setting=self._setting(conn), messages=[]))

    def _end(self, event: ConnectionEnded) -> None:
        sendings = self._sendings.get(event.summary.conn)
        if sendings:
            sendings[-1].is_whole = event.summary.problem is None

    def _setting(self, conn: int) -> Setting:
        return self._settings.setdefault(conn, setting_of(self.plan_read.options))

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
        if info.audio_window_end is None or info.end_of_turn_confidence is None or stream in self._closed:
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

    def _trace(self, sending: _Sending) -> Trace:
        clip = self._clips.get(sending.clip)
        name = Path(sending.clip).name
        if clip is None:
            return Trace(clip=name, messages=tuple(sending.messages), setting=sending.setting, path=sending.clip)
        return Trace(
            clip=name if not clip.offset_s else f"{name} at {clip.offset_s:g} s",
            messages=_first_pass(sending.messages, clip, self.plan_read),
            setting=sending.setting,
            conversation=clip.conversation or "",
            turns=reference_turns(clip),
            holds=reference_holds(clip),
            ignore=clip.ignore,
            path=str(clip.path),
            offset_s=clip.offset_s,
        )


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


def _clips_of(plan: RunPlan, folder: Path) -> dict[str, Clip]:
    """The clips of the run's source by path, those with a path of their own; nothing for a microphone."""
    try:
        if isinstance(plan.source, WavSource):
            return {plan.source.path: single_clip(Path(plan.source.path))}
        if isinstance(plan.source, DataSetSource):
            clips = read_data_set(plan.source.path, plan.source.columns).clips
            counted = Counter(str(clip.path) for clip in clips)
            return {str(clip.path): clip for clip in clips if counted[str(clip.path)] == 1}
    except (ProblemError, MarksError) as error:
        why = error.problem.what if isinstance(error, ProblemError) else str(error)
        raise _unusable(folder, f"Its recordings are no longer there. {why}") from error
    raise _unusable(folder, "It was made with a microphone: where its turns end is not known.")


def _numbered(traces: Sequence[Trace]) -> tuple[Trace, ...]:
    """With the repeats of each clip numbered in order."""
    counted: Counter[str] = Counter()
    numbered = []
    for trace in traces:
        key = f"{trace.path}@{trace.offset_s}"
        numbered.append(replace(trace, repeat=counted[key]))
        counted[key] += 1
    return tuple(numbered)


def _unusable(folder: Path, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="session_unreadable",
            what=f"The session {folder.name} cannot be evaluated.",
            why=why,
            todo="Choose a session that streamed a recording or a data set with known turns.",
        )
    )
