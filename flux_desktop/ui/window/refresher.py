"""What the window's clock does: feeds events to the models and brings the panels up to date."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flux_desktop.audio.levels import Meter
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.events import Event, LevelMeasured, Notice, RunEnded, RunStarted
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, MicrophoneSource, WavSource
from flux_desktop.flux.bundles import UNKNOWN
from flux_desktop.ui.models.live_parameters import REFUSED_CODE
from flux_desktop.ui.models.microphone import SilenceWatch
from flux_desktop.ui.models.ramp import STAGES, planned_seconds
from flux_desktop.ui.models.run_model import Phase
from flux_desktop.ui.panels.transcript_panel import MICROPHONE, RECORDING
from flux_desktop.ui.window.run_banner import summary

if TYPE_CHECKING:
    from flux_desktop.ui.window.main_window import MainWindow

REFUSED_BEFORE = "When it was tried, this endpoint's build took no changes in mid-stream."


class Refresher:
    """One window's screen. Everything runs on the window's thread, called by its clock."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._meter, self._metered = Meter(), -1
        window.presenter.level = self.heard_level

    def take_event(self, event: Event) -> None:
        """Feed one event to the models, and act on those that a person must see at once."""
        window = self._window
        known_refusal = bool(window.live.explanation)
        window.model.feed(event)
        window.live.feed(event)
        if isinstance(event, LevelMeasured):
            window.sound_panel.microphone.meter.take(event)
            if (problem := window.silence.take(event)) is not None:
                window.show_problem(problem, "warn")
        elif isinstance(event, RunStarted):
            window.live.bundle_known(event.plan.bundle)
            window.endpoint_panel.set_note(" ".join(event.notes))
        elif isinstance(event, Notice) and event.problem.code == REFUSED_CODE:
            window.steering.remember_refusal()
            if not known_refusal:  # once is enough, however many streams were ended
                window.show_problem(event.problem, "warn")
        elif isinstance(event, Notice):
            window.show_problem(event.problem, "warn")
        elif isinstance(event, RunEnded):
            window.live.end()
            told = summary(window.model, window.controller.session_folder)
            if event.problem is not None:
                window.show_problem(event.problem)
            elif told is not None:
                window.show_problem(*told)
            self.draw_texts()
            self.draw_labels()
            window.run_finished.emit()

    def begin_level(self) -> None:
        """A microphone is about to be heard while no run is under way."""
        self._window.silence = SilenceWatch()
        self._window.sound_panel.microphone.meter.reset()

    def take_level(self, level: LevelMeasured) -> None:
        """Show how loud the microphone is while no run is under way."""
        window = self._window
        if window.model.active:
            return
        window.model.preview_level(level)
        window.sound_panel.microphone.meter.take(level)
        if (problem := window.silence.take(level)) is not None:
            window.show_problem(problem, "warn")

    def draw_curves(self) -> None:
        """About 30 times a second."""
        window = self._window
        if not window.presenting:
            window.plots.refresh()
            if window.sound_panel.uses_microphone and (window.model.active or window.levels.on):
                now_s = window.model.now_s if window.model.active else window.levels.now_s()
                window.sound_panel.microphone.meter.refresh(now_s)

    def draw_texts(self) -> None:
        """About ten times a second: only what is in front."""
        window = self._window
        window.transcripts.refresh()
        if window.presenting:
            window.presenter.refresh()

    def draw_labels(self) -> None:
        """Four times a second, and whenever a person has changed something."""
        window = self._window
        loop = window.run_bar.loop.isChecked()
        microphone = window.sound_panel.uses_microphone
        sound = MICROPHONE if microphone else RECORDING if window.shape is not None else None
        if microphone and not window.microphones.available:
            sound = None
        window.run_bar.refresh(window.model, self._planned_s())
        window.run_bar.duration.setSpecialValueText("until stopped" if microphone or loop else "whole file")
        in_stages = window.run_bar.ramp.way == STAGES
        window.run_bar.loop.setEnabled(not (microphone or window.model.active or in_stages))
        window.transcripts.set_ready(sound, microphone=microphone)
        window.transcripts.refresh_icons()
        locked = window.model.active
        window.levels.update(microphone and not locked)
        window.endpoint_panel.set_locked(locked)
        window.sound_panel.set_locked(locked)
        window.flux_panel.set_locked(locked)
        self.draw_parameters()
        folder = window.controller.session_folder
        idle = "Ready: press Start." if sound else "Choose a recording or a microphone to begin."
        window.presenter.idle_words = idle if sound else "Nothing is running: choose a sound first."
        told = window.model.active or window.shows_stalls
        stalls = window.heartbeat.stalls() if told else None
        window.status.refresh(window.model, idle, None if folder is None else folder.name, stalls)
        self.draw_position()

    def draw_position(self) -> None:
        """Where the recording stands, and which parts of it were turns."""
        window = self._window
        conn = window.transcripts.current() or next(iter(window.model.conversations), None)
        if conn is None or window.shape is None or not window.shape.duration_s or window.sound_panel.uses_microphone:
            return
        talk = window.model.conversation(conn)
        plan = window.model.plan
        if talk.row is None or plan is None or not window.model.active:
            return
        length_s = window.shape.duration_s
        lap_s = talk.row.position_s // length_s * length_s if getattr(plan.source, "loop", False) else 0.0
        turns = [
            (max(0.0, card.start_s - lap_s), min(card.end_s - lap_s, length_s))
            for card in talk.cards[-40:]
            if card.tone != "note" and card.end_s > lap_s and card.start_s - lap_s < length_s
        ]
        window.sound_panel.waveform.set_position(min(talk.row.position_s - lap_s, length_s), turns)

    def draw_parameters(self) -> None:
        """Send what was changed since the last time, and say what is in force."""
        window = self._window
        targets = window.steering.targets()
        if window.model.phase is Phase.RUNNING:
            for command in window.live.take(targets, time.monotonic()):
                window.controller.send(command)
        explanation, endpoint = window.live.explanation, window.endpoint_panel.selected()
        retry = window.live.refusal_remembered
        if not window.model.active and endpoint in window.steering.refuses_configure:
            explanation, retry = REFUSED_BEFORE, True
        conversations = [window.model.conversation(conn) for conn in targets]
        window.flux_panel.show_states(
            window.live.states(conversations),
            reconnect=window.live.reconnect_for(conversations) if window.model.active else (),
            explanation=explanation,
            retry=retry,
        )
        local = window.local.build if endpoint == LOCAL_ENDPOINT else UNKNOWN
        window.flux_panel.set_build(window.live.bundle if window.model.active else local)
        running = window.model.phase is Phase.RUNNING
        window.flux_panel.controls.refresh(window.live.bundle if running else None, running=running)

    def heard_level(self) -> tuple[float, float] | None:
        """How loud the run's sound is now and was at its loudest a moment ago, in dBFS; None where nobody knows."""
        window = self._window
        plan, shape = window.model.plan, window.shape
        if plan is None:
            return None
        if isinstance(plan.source, MicrophoneSource):
            return window.sound_panel.microphone.meter.level
        if shape is None or str(shape.path) != plan.source.path:
            return None
        if window.model.generation != self._metered:
            self._metered, self._meter = window.model.generation, Meter()
        if window.model.active and window.model.streaming():
            self._meter.push(shape.level_dbfs(window.model.sent_s()), window.model.now_s)
        return self._meter.level_dbfs(window.model.now_s), self._meter.peak_dbfs(window.model.now_s)

    def _planned_s(self) -> float | None:
        """How long the run lasts, or would with what is chosen; None where that is open."""
        window = self._window
        if window.model.plan is not None:
            return window.model.planned_s
        file_s = None if window.shape is None else window.shape.duration_s
        path = "" if window.shape is None else str(window.shape.path)
        source: WavSource | MicrophoneSource = WavSource(path=path, loop=window.run_bar.loop.isChecked())
        if window.sound_panel.uses_microphone:
            source = MicrophoneSource()
        try:
            return planned_seconds(window.plan(source), file_s)
        except ProblemError:
            return None
