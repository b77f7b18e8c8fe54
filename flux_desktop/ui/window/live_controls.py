"""What a person does to a run under way: changes parameters, sends controls, opens new streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux_desktop.engine.records.commands import SendControl
from flux_desktop.ui.models.run_model import Phase

if TYPE_CHECKING:
    from flux_desktop.ui.window.main_window import MainWindow


class LiveControls:
    """One window's. `refuses_configure` names the account's endpoints whose builds take no changes in mid-stream."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.refuses_configure: list[str] = []
        panel = window.flux_panel
        panel.changed.connect(self._edited)
        panel.reconnect_wanted.connect(self.reconnect)
        panel.retry_wanted.connect(self.forget_refusal)
        panel.controls.pressed.connect(self._send_control)

    def targets(self) -> list[int]:
        """Whom changes and controls go to: everybody, or those selected, which may be nobody."""
        window = self._window
        everybody = window.flux_panel.controls.target.currentIndex() == 0
        return list(window.model.conversations) if everybody else window.transcripts.selected()

    def reconnect(self) -> None:
        """Change the connections meant over to new streams with what is chosen now."""
        window = self._window
        if window.model.phase is Phase.RUNNING:
            for command in window.live.reconnect(self.targets()):
                window.controller.send(command)
            window.display.draw_labels()

    def remember_refusal(self) -> None:
        """The run's endpoint takes no `Configure`; the built-in one says so by itself at every start."""
        plan = self._window.model.plan
        if plan is not None and not plan.is_local and plan.endpoint not in self.refuses_configure:
            self.refuses_configure.append(plan.endpoint)

    def forget_refusal(self) -> None:
        """Send the next change to the streams of the chosen endpoint as it is, though it was refused once."""
        window = self._window
        plan = window.model.plan if window.model.active else None
        endpoint = window.endpoint_panel.selected() if plan is None else plan.endpoint
        self.refuses_configure = [name for name in self.refuses_configure if name != endpoint]
        window.live.forget_refusal()
        window.display.draw_labels()

    def _edited(self) -> None:
        self._window.live.edit(self._window.flux_panel.options())

    def _send_control(self, name: str) -> None:
        if targets := self.targets():
            self._window.controller.send(SendControl(control=name, connections=targets))
