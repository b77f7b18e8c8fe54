"""Runs again what is shown: with its audio, or what its microphone recorded, and its parameters."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.recordings import GROUP, Recordings
from flux_desktop.ui.window.run_starter import RunStarter

NO_RUN = Problem(code="no_session", what="No run is shown.", todo="Run one, or choose File → Open Session.")
NOT_RECORDED = Problem(
    code="no_session_audio",
    what="This run cannot be repeated: its microphone was not recorded.",
    todo="Choose “Record the microphone” before the next run.",
)


class RunAgain:
    """The choices of the window become those of the run that is shown; then it is started."""

    def __init__(
        self,
        state: AppState,
        controller: RunController,
        recordings: Recordings,
        starter: RunStarter,
        banners: BannerStack,
        tasks: UiTasks,
    ) -> None:
        self._state = state
        self._controller = controller
        self._recordings = recordings
        self._starter = starter
        self._banners = banners
        self._tasks = tasks

    def run(self) -> None:
        """Run again, or say why that is not possible; does nothing during a run."""
        started = self._state.run.started
        if self._state.run.active:
            return
        if started is None:
            self._banners.show_problem(NO_RUN, "warn")
            return
        path = self._audio(started.plan)
        if path is None:
            self._banners.show_problem(NOT_RECORDED, "warn")
            return
        self._tasks.start("running again", self._run(started.plan, path), group=GROUP, exclusive=True)

    def _audio(self, plan: RunPlan) -> Path | None:
        if isinstance(plan.source, WavSource | DataSetSource):
            return Path(plan.source.path)
        folder = self._controller.session_folder
        recorded = None if folder is None else folder / MICROPHONE_FILE
        return recorded if recorded is not None and recorded.is_file() else None

    async def _run(self, plan: RunPlan, path: Path) -> None:
        source, choices = plan.source, self._state.choices
        channel = "mix" if isinstance(source, MicrophoneSource) else source.channel
        await self._recordings.read(path, channel, source.columns if isinstance(source, DataSetSource) else None)
        choices.options, choices.connections = plan.options, plan.connections
        choices.loop = isinstance(source, WavSource) and source.loop
        # A recorded microphone is as long as it was heard.
        choices.duration_s = 0.0 if isinstance(source, MicrophoneSource) else plan.duration_s or 0.0
        choices.endpoint = plan.endpoint
        self._state.changed()
        self._starter.start()
