"""The audio of a run's connections: which parts of which files they sent, and when, to be heard live or afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.audio.source_file import file_sha256
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import AudioFile, AudioStarted, ClipAhead, MicrophoneRecorded
from flux_desktop.engine.records.events import Event, RunStarted
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import slots

NO_AUDIO_TODO = "The transcript can still be read and replayed without sound."


class ConnectionAudio(msgspec.Struct):
    """What one connection sends: when its audio began, and its clips as far as they are known."""

    conn: int
    started_t: float | None = None
    monotonic_s: float = 0.0
    """The same moment on the machine's clock, while the run is live."""
    clips: list[ClipAhead] = []

    def take(self, event: AudioStarted | ClipAhead, clips_max: int | None = None) -> None:
        """Take an event of this connection; of its clips the newest `clips_max` are remembered, None is all."""
        if isinstance(event, AudioStarted):
            self.started_t, self.monotonic_s = event.t, event.monotonic_s
        else:
            self.clips.append(event)
            if clips_max is not None:
                del self.clips[:-clips_max]

    def segments(self, plan: RunPlan, microphone: Segment | None = None) -> list[Segment]:
        """Its time line: second 0 is the beginning of its audio. `microphone` is the recorded one."""
        source = plan.source
        if isinstance(source, WavSource):
            until_s = slots(plan.stages)[self.conn - 1].duration_s if plan.stages else plan.duration_s
            return [Segment(path=source.path, at_s=0.0, channel=source.channel, repeats=source.loop, until_s=until_s)]
        if isinstance(source, MicrophoneSource):
            return [] if microphone is None else [microphone]
        return [
            Segment(path=clip.clip, at_s=clip.audio_s, from_s=clip.offset_s, for_s=clip.length_s, channel=clip.channel)
            for clip in self.clips
        ]


class SessionAudio:
    """The audio of a recorded run. `segments` gives what can be heard of a connection, or a `Problem`."""

    def __init__(self, folder: Path, events: Iterable[Event]) -> None:
        self._folder = folder
        self._plan: RunPlan | None = None
        self._connections: dict[int, ConnectionAudio] = {}
        self._hashes: dict[str, str] = {}
        self._same: dict[str, bool] = {}
        self._microphone: MicrophoneRecorded | None = None
        for event in events:
            match event:
                case RunStarted():
                    self._plan = event.plan
                case AudioStarted() | ClipAhead():
                    self._connections.setdefault(event.conn, ConnectionAudio(event.conn)).take(event)
                case AudioFile():
                    self._hashes[event.path] = event.sha256
                case MicrophoneRecorded():
                    self._microphone = event
                case _:
                    pass

    @property
    def sample_rate_hz(self) -> int:
        """That of the streams."""
        return 16_000 if self._plan is None else self._plan.options.sample_rate_hz

    def started_t(self, conn: int) -> float | None:
        """When the connection's audio began, on the run's clock; None where that is not known."""
        connection = self._connections.get(conn)
        return None if connection is None else connection.started_t

    def segments(self, conn: int) -> list[Segment] | Problem:
        """What can be heard of a connection. Reads files that have not been checked yet: blocks."""
        connection = self._connections.get(conn)
        if self._plan is None or connection is None or connection.started_t is None:
            return Problem(
                code="no_session_audio",
                what=f"The session does not say which audio connection {conn} sent.",
                why="It was recorded by an earlier version, or the connection never began to send.",
                todo=NO_AUDIO_TODO,
            )
        segments = connection.segments(self._plan, self._microphone_segment(connection.started_t))
        if not segments and isinstance(self._plan.source, MicrophoneSource):
            return Problem(
                code="no_session_audio",
                what="The microphone of this session was not recorded.",
                todo="Choose “Record the microphone” before the next run to be able to hear it.",
            )
        problems = [self.file_problem(segment.path) for segment in segments]
        usable = [segment for segment, problem in zip(segments, problems, strict=True) if problem is None]
        return usable if usable or not problems or problems[0] is None else problems[0]

    def file_problem(self, path: str) -> Problem | None:
        """Why a file of the session is neither heard nor drawn; None while it is what was sent. Blocks."""
        if self._is_same(path):
            return None
        name = Path(path).name
        if path not in self._hashes:
            return Problem(
                code="session_audio_unknown",
                what=f"Whether {name} is still the file that was sent is not known.",
                why="The session has no hash of it: it was recorded by an earlier version, or ended too early.",
                todo=NO_AUDIO_TODO,
            )
        return Problem(
            code="session_audio_changed",
            what=f"{name} is no longer the file that was sent.",
            why="It has been changed, moved or deleted since.",
            todo=NO_AUDIO_TODO,
        )

    def _microphone_segment(self, started_t: float) -> Segment | None:
        recorded = self._microphone
        if recorded is None or Path(recorded.file).name != recorded.file:
            return None
        path = self._folder / recorded.file
        if not path.is_file():
            return None
        from_s = started_t - recorded.t
        return Segment(path=str(path), at_s=max(0.0, -from_s), from_s=max(0.0, from_s))

    def _is_same(self, path: str) -> bool:
        """Whether a file is still what was sent; the recorded microphone belongs to the session."""
        if Path(path).parent == self._folder:
            return True
        if path not in self._same:
            try:
                self._same[path] = path in self._hashes and file_sha256(Path(path)) == self._hashes[path]
            except OSError:
                self._same[path] = False
        return self._same[path]


def read_session_audio(folder: Path) -> SessionAudio:
    """Read a session folder; for a thread. Raises `OSError`."""
    return SessionAudio(folder, read_session(folder, messages=False))
