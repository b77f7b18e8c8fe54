"""Wires what is heard: the selected connection while it streams, or a session that is played."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from flux_desktop.audio.devices import output_devices
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import MicrophoneSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.listening import ListeningTrack
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.services.listener import Listener
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.session_player import SEEK_S, SessionPlayer
from flux_desktop.ui.services.tasks import UiTasks

OUTPUTS = "outputs"


class ListeningControl:
    """`update` decides what is heard; it is called at the pace of labels and after every change."""

    def __init__(self, state: AppState, page: LivePage, controller: RunController, tasks: UiTasks) -> None:
        self._state = state
        self._page = page
        self._box = page.sound_panel.listen
        self._tasks = tasks
        self.listener = Listener(state.listening, tasks, self._box.refresh)
        self.player = SessionPlayer(
            state.run,
            controller,
            tasks,
            page.transcripts.current,
            state.changed,
            self._cannot_be_heard,
            ready=lambda: self.listener.ready or state.listening.problem is not None,
        )
        self.presented: Callable[[], ListeningTrack | None] = lambda: None
        """What the presenter view plays, which comes first."""
        self._timeline = page.transcripts.timeline.view
        self._timeline.play_from.connect(self.player.play_from)
        state.actions.update(
            mute=self._box.mute.click,
            pause=self.player.toggle,
            seek=self.player.seek_by,
            turn=self.player.step_turn,
        )
        self._box.outputs_wanted.connect(self.list_outputs)
        state.listen(self.update)

    @property
    def active(self) -> bool:
        """Whether a session is being played, so that its position moves."""
        return self.player.playing

    def update(self) -> None:
        """Play what is to be heard now, or nothing."""
        self.listener.update(self.presented() or self.player.heard() or self._live())

    def refresh(self) -> None:
        """Move the playhead of the timeline; called at the pace of curves."""
        run, conn = self._state.run, self._page.transcripts.current()
        # A replay moves the timeline itself.
        self._timeline.set_playhead(None if conn is None or run.active else self.player.position_s(conn))

    def list_outputs(self) -> None:
        """Read the list of outputs again."""
        self._tasks.start("listing sound outputs", self._list(), group=OUTPUTS, exclusive=True)

    def key(self, event: QKeyEvent) -> bool:
        """Take a key that no field wanted; whether it was one of those that play a session."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not self.player.usable:
            return False
        match event.key():
            case Qt.Key.Key_Space:
                self.player.toggle()
            case Qt.Key.Key_Left:
                self.player.seek_by(-SEEK_S)
            case Qt.Key.Key_Right:
                self.player.seek_by(SEEK_S)
            case Qt.Key.Key_BracketLeft:
                self.player.step_turn(-1)
            case Qt.Key.Key_BracketRight:
                self.player.step_turn(1)
            case _:
                return False
        return True

    def _live(self) -> ListeningTrack | None:
        """The selected connection while it streams, if it is listened to."""
        state, run = self._state, self._state.run
        plan = run.plan
        if not state.listening.wanted or not run.active or run.origin is not Origin.LIVE or plan is None:
            return None
        conn = self._page.transcripts.current() or next(iter(run.conversations), None)
        if conn is None or isinstance(plan.source, MicrophoneSource):
            return None
        conversation = run.conversation(conn)
        streams = conversation.connection_state in {ConnectionState.STREAMING, ConnectionState.RECONNECTING}
        if not streams or conversation.audio.started_t is None:
            return ListeningTrack(plan.options.sample_rate_hz, (), None)
        segments = tuple(conversation.audio.segments(plan))
        return ListeningTrack(plan.options.sample_rate_hz, segments, conversation.audio.monotonic_s)

    def _cannot_be_heard(self, problem: Problem) -> None:
        self._state.listening.problem = problem
        self._box.refresh()

    async def _list(self) -> None:
        try:
            self._state.listening.outputs = await output_devices()
        except (ProblemError, OSError):
            self._state.listening.outputs = []  # what is wrong is said when something is played
        self._box.refresh()
