"""Changes a run in progress: parameters, control messages, reconnecting."""

from __future__ import annotations

import time

from flux_desktop.engine.records.commands import SendControl
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT
from flux_desktop.reports.probe_text import warnings
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.services.run_controller import RunController

REFUSED_BEFORE = "This endpoint's build rejected changes during a stream when they were last tried."


class LiveControls:
    """Wires the Flux panel to the run."""

    def __init__(self, state: AppState, page: LivePage, controller: RunController) -> None:
        self._state = state
        self._panel = page.flux_panel
        self._transcripts = page.transcripts
        self._controller = controller
        self._panel.changed.connect(self._edited)
        self._panel.reconnect_wanted.connect(self.reconnect)
        self._panel.retry_wanted.connect(self.forget_refusal)
        self._panel.controls.pressed.connect(self._send_control)
        state.listen(self.refresh)

    def targets(self) -> list[int]:
        """The connections that changes and controls go to: all, or those selected, which may be none."""
        to_all = self._panel.controls.target.currentIndex() == 0
        return list(self._state.run.conversations) if to_all else self._transcripts.selected()

    @property
    def _is_steered(self) -> bool:
        """Whether there is a run that takes changes now; the runs of experiments and replays take none."""
        return self._state.run.phase is RunPhase.RUNNING and self._state.live.steers_run

    def reconnect(self) -> None:
        """Open new streams with the chosen parameters for the target connections."""
        if self._is_steered:
            for command in self._state.live.reconnect(self.targets()):
                self._controller.send(command)
            self._state.changed()

    def forget_refusal(self) -> None:
        """Send the next change to the streams of the endpoint although it rejected one before."""
        state = self._state
        plan = state.run.current.plan if state.run.active else None
        endpoint = state.endpoint if plan is None else plan.endpoint
        state.refuses_configure = [name for name in state.refuses_configure if name != endpoint]
        state.live.forget_refusal()
        state.changed()

    def refresh(self) -> None:
        """Send what was changed since the last time, and show what is in force; called at the pace of labels."""
        state, live, panel = self._state, self._state.live, self._panel
        targets, running = self.targets(), self._is_steered
        if running:
            for command in live.take(targets, time.monotonic()):
                self._controller.send(command)
        explanation, retry = live.explanation, live.refusal_remembered
        if not state.run.active and state.endpoint in state.refuses_configure:
            explanation, retry = REFUSED_BEFORE, True
        if not explanation and state.endpoint != LOCAL_ENDPOINT:
            # Only thresholds and timeouts are left to be warned of: what else was refused cannot be chosen.
            explanation = " ".join(warnings(state.probes.get((state.endpoint, state.access[1])), state.options))
        conversations = [state.run.conversation(conn) for conn in targets]
        panel.show_states(
            live.states(conversations),
            reconnect=live.reconnect_for(conversations) if state.run.active else (),
            explanation=explanation,
            retry=retry,
        )
        panel.set_build(state.build)
        panel.controls.refresh(state.build if running else None, running=running)

    def _edited(self) -> None:
        self._state.live.edit(self._state.options)

    def _send_control(self, name: str) -> None:
        if targets := self.targets():
            self._controller.send(SendControl(control=name, connections=targets))
