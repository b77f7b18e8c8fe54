"""Plays the audio of a session: from any place of a connection, with pause, seeking, and steps from turn to turn.

It moves the clock of a replay in progress; of a session that is shown at once, or a run that has ended, it has a clock
of its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_audio import SessionAudio, read_session_audio
from flux_desktop.ui.models.listening import ListeningTrack
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.models.session_clock import SessionClock
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "session audio"
SEEK_S = 5.0
SAME_TURN_S = 0.7
"""A step back within so many seconds of a turn's beginning leads to the turn before."""


class SessionPlayer:
    """`on_change` is called when what is heard has changed, `on_problem` with the reason why nothing is."""

    def __init__(
        self,
        run: RunModel,
        controller: RunController,
        tasks: UiTasks,
        front: Callable[[], int | None],
        on_change: Callable[[], None],
        on_problem: Callable[[Problem], None],
        now: Callable[[], float] = time.monotonic,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """`front` gives the connection that is selected; `ready` says whether what is to be heard is heard at once."""
        self._run = run
        self._controller = controller
        self._tasks = tasks
        self._front = front
        self._on_change = on_change
        self._on_problem = on_problem
        self._now = now
        self._ready = ready
        self._beginning = False
        """Whether the clock waits for the sound: else its first second would not be heard."""
        self._clock: SessionClock | None = None
        self._folder: Path | None = None
        self._audio: SessionAudio | None = None
        self._segments: dict[int, list[Segment] | Problem] = {}
        self._loading: set[int] = set()

    # ------------------------------------------------------------ commands of the user

    @property
    def usable(self) -> bool:
        """Whether a session is shown, so that there is something to play: not while a run is live."""
        model = self._run
        is_live = model.active and model.current.origin is Origin.LIVE
        return not is_live and model.plan is not None and self._controller.session_folder is not None

    @property
    def running(self) -> bool:
        """Whether time passes."""
        clock = self._present_clock()
        return clock is not None and clock.running

    @property
    def playing(self) -> bool:
        """Whether time passes, or will as soon as there is sound."""
        clock = self._present_clock()
        return clock is not None and (clock.running or self._beginning)

    def play_from(self, conn: int, audio_s: float) -> None:
        """Play a connection from a place in its audio on."""
        started_t = self._started_t(conn)
        if self.usable and started_t is not None:
            clock = self._clock_for_playing()
            clock.seek(started_t + audio_s, self._now())
            self._play(clock)
            self._changed()

    def toggle(self) -> None:
        """Play or pause."""
        if not self.usable:
            return
        clock = self._clock_for_playing()
        if clock.running or self._beginning:
            self._beginning = False
            clock.pause(self._now())
        else:
            self._back_from_the_end(clock)
            self._play(clock)
        self._changed()

    def seek_by(self, seconds: float) -> None:
        """Go some seconds on or back."""
        position_s, conn = self.position_s(), self._conn()
        if position_s is not None and conn is not None:
            # Of a replay only what has been given so far is known; it ends by itself.
            end_s = self._length_s(conn) if self._present_clock() is self._clock else math.inf
            self._seek(conn, max(0.0, min(position_s + seconds, end_s)))

    def step_turn(self, direction: float) -> None:
        """Go to the beginning of the next turn, or back to that of the present or the previous one."""
        position_s, conn = self.position_s(), self._conn()
        if position_s is None or conn is None:
            return
        starts_s = [card.start_s for card in self._run.conversation(conn).cards if card.tone != "note" and card.timed]
        if direction > 0:
            after_s = position_s + 0.05
            known = next((start_s for start_s in starts_s if start_s > after_s), None)
            wanted = self._controller.turn_to_come_s(conn, after_s) if known is None else known
        else:
            before = [start_s for start_s in starts_s if start_s < position_s - SAME_TURN_S]
            wanted = before[-1] if before else 0.0
        if wanted is not None:
            self._seek(conn, wanted)

    def stop(self) -> None:
        """Play nothing: another session or a run is shown."""
        self._tasks.cancel(GROUP)
        self._clock = self._folder = self._audio = None
        self._beginning = False
        self._segments.clear()
        self._loading.clear()

    # ------------------------------------------------------------ what is shown and heard

    def position_s(self, conn: int | None = None) -> float | None:
        """Where in the audio of a connection (None: the selected one) playing stands; None where nothing is played."""
        clock, conn = self._present_clock(), conn or self._conn()
        started_t = None if conn is None else self._started_t(conn)
        return None if clock is None or started_t is None else max(0.0, clock.t(self._now()) - started_t)

    def heard(self) -> ListeningTrack | None:
        """What is to be heard now; None where nothing is played, or not at the speed of speech."""
        clock, conn = self._present_clock(), self._conn()
        if not self.usable:
            self.stop()
            return None
        if clock is None or conn is None or clock.speed != 1.0:
            return None
        if self._folder != self._controller.session_folder:
            self._segments.clear()
            self._folder, self._audio = self._controller.session_folder, None
        segments = self._segments.get(conn)
        if segments is None:
            self._load(conn)
        self._pause_at_the_end(clock, conn)
        if isinstance(segments, Problem):
            self._beginning = False
        if segments is None or isinstance(segments, Problem) or self._audio is None:
            return None
        if self._beginning and self._ready():
            self._beginning = False
            clock.play(self._now())
        started_t = self._started_t(conn)
        zero_s = None if started_t is None else clock.moment_s(started_t)
        return ListeningTrack(self._audio.sample_rate_hz, tuple(segments), zero_s)

    # ------------------------------------------------------------ clock and places

    def _present_clock(self) -> SessionClock | None:
        replaying = self._run.active and self._run.origin is Origin.REPLAY
        return self._controller.clock if replaying else self._clock

    def _clock_for_playing(self) -> SessionClock:
        clock = self._present_clock()
        if clock is None:
            clock = self._clock = SessionClock()
            conn = self._conn()
            started_t = None if conn is None else self._started_t(conn)
            clock.seek(started_t or 0.0, self._now())
        return clock

    def _play(self, clock: SessionClock) -> None:
        """Go on; a session that is shown at once begins with its sound, a replay does not wait for it."""
        if clock is self._clock and not clock.running:
            self._beginning = True
        else:
            clock.play(self._now())

    def _conn(self) -> int | None:
        front = self._front()
        return front if front in self._run.conversations else next(iter(self._run.conversations), None)

    def _started_t(self, conn: int) -> float | None:
        return self._run.conversation(conn).audio_from_s

    def _length_s(self, conn: int) -> float:
        conversation = self._run.conversation(conn)
        row, summary = conversation.row, conversation.summary
        return max(0.0 if row is None else row.position_s, 0.0 if summary is None else summary.sent_s)

    def _seek(self, conn: int, audio_s: float) -> None:
        started_t, clock = self._started_t(conn), self._present_clock()
        if started_t is not None and clock is not None:
            clock.seek(started_t + audio_s, self._now())
            self._changed()

    def _pause_at_the_end(self, clock: SessionClock, conn: int) -> None:
        """A replay ends by itself; a session that is shown at once has no other end than that of its audio."""
        position_s = self.position_s(conn)
        if clock is self._clock and clock.running and position_s is not None and position_s >= self._length_s(conn):
            clock.pause(self._now())

    def _back_from_the_end(self, clock: SessionClock) -> None:
        conn, position_s = self._conn(), self.position_s()
        if clock is not self._clock or conn is None or position_s is None:
            return
        if position_s >= self._length_s(conn) - 0.05:
            clock.seek(self._started_t(conn) or 0.0, self._now())

    def _changed(self) -> None:
        self._on_change()

    # ------------------------------------------------------------ files

    def _load(self, conn: int) -> None:
        folder = self._folder
        if folder is not None and conn not in self._loading:
            self._loading.add(conn)
            self._tasks.start("reading the audio of the session", self._read(folder, conn), group=GROUP)

    async def _read(self, folder: Path, conn: int) -> None:
        try:
            audio = self._audio
            if audio is None:
                audio = await file_work("Reading the session", partial(read_session_audio, folder))
            segments = await file_work("Reading the audio of the session", partial(audio.segments, conn))
        except OSError as error:
            segments = Problem(
                code="no_session_audio",
                what="The audio of the session cannot be read.",
                why=f"{error.strerror or error}.",
            )
        finally:
            self._loading.discard(conn)
        if folder != self._folder:
            return
        self._audio = audio
        self._segments[conn] = segments
        self._changed()
        if isinstance(segments, Problem):
            self._on_problem(segments)
