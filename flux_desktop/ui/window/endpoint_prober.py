"""Probes an endpoint when asked, and keeps what its build supports for the rest of the window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, RunPlan, WavSource
from flux_desktop.flux.probe_findings import Finding, ProbeReport
from flux_desktop.reports.probe_store import load_probe, save_probe
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.probe_dialog import ProbeDialog
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource

GROUP, STORED = "probe", "stored probes"


class Probe(Protocol):
    """Probes the endpoint of a plan."""

    def __call__(self, plan: RunPlan, *, on_finding: Callable[[Finding], None]) -> Awaitable[ProbeReport]: ...


async def real_probe(plan: RunPlan, *, on_finding: Callable[[Finding], None]) -> ProbeReport:
    """The probe of the command line; its import waits until it is needed."""
    from flux_desktop.experiments.probe import probe_endpoint

    return await probe_endpoint(plan, on_finding=on_finding)


class EndpointProber:
    """One probe at a time. Stored results are read when an endpoint is chosen, and shown by the dialog."""

    def __init__(self, state: AppState, theme: ThemeSource, tasks: UiTasks, probe: Probe = real_probe) -> None:
        self._state, self._theme, self._tasks, self._probe = state, theme, tasks, probe
        self._looked: set[tuple[str, str]] = set()
        state.actions["support"] = self.show
        state.listen(self._look)

    def show(self, endpoint: str, parent: QWidget) -> ProbeDialog:
        """Show what is known of an endpoint, and offer to probe it."""
        dialog = ProbeDialog(parent, self._theme, endpoint)
        dialog.show_report(self._state.probes.get((endpoint, self._state.access[1])))
        dialog.probe_wanted.connect(lambda: self.probe(endpoint, dialog))
        dialog.cancel_wanted.connect(lambda: self._cancel(dialog))
        dialog.finished.connect(lambda _result: self._tasks.cancel(GROUP))
        dialog.open()
        return dialog

    def probe(self, endpoint: str, dialog: ProbeDialog) -> None:
        """Probe an endpoint; what is found is shown as it comes."""
        if self._state.run.active:
            dialog.show_report(None, "A run is in progress. Stop it first: it would disturb the probe.")
            return
        try:
            sample = str(resource_path("sample_audio/conversation.wav"))
            chosen = self._state.plan(WavSource(path=sample))
        except ProblemError as error:
            dialog.show_report(None, error.problem.sentence())
            return
        dialog.show_probing()
        self._tasks.start(f"probing {endpoint}", self._carry_out(chosen, dialog), group=GROUP, exclusive=True)

    async def _carry_out(self, plan: RunPlan, dialog: ProbeDialog) -> None:
        report = await self._probe(plan, on_finding=dialog.add_finding)
        note = ""
        if report.reachable:
            note = await file_work("Saving the probe", lambda: save_probe(report))
            self._state.probes[report.endpoint, report.region] = report
        dialog.show_report(report, note)
        self._state.changed()

    def _cancel(self, dialog: ProbeDialog) -> None:
        self._tasks.cancel(GROUP)
        dialog.show_report(None, "Cancelled. Nothing was kept.")

    def _look(self) -> None:
        """Read the stored result of an endpoint that is chosen for the first time."""
        endpoint = self._state.endpoint
        key = (endpoint, self._state.access[1])
        if endpoint != LOCAL_ENDPOINT and key not in self._looked:
            self._looked.add(key)
            self._tasks.start(f"reading the probe of {endpoint}", self._read(*key), group=STORED)

    async def _read(self, endpoint: str, region: str) -> None:
        report = await file_work("Reading the probe", lambda: load_probe(endpoint, region))
        if report is not None:
            self._state.probes[endpoint, region] = report
            self._state.changed()
