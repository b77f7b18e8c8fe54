"""Runs again what is shown: with its audio, or what its microphone recorded, and its settings."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE
from flux_desktop.engine.records.plan import LIVE, DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices_from_plan import not_restored, restore
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.window.recordings import GROUP, Recordings
from flux_desktop.ui.window.run_starter import RunStarter

NO_RUN = Problem(code="no_session", what="No run is shown.", todo="Run one, or choose File → Open Session.")
NOT_RECORDED = Problem(
    code="no_session_audio",
    what="This run cannot be repeated: its microphone was not recorded.",
    todo="Choose “Record the microphone” before the next run.",
)
OF_EXPERIMENT = Problem(
    code="run_of_experiment",
    what="This run cannot be repeated alone: it is a part of an experiment.",
    todo="Start the experiment again on the Tune or Capacity page, or with flux-stress.",
)
NOT_LISTED, DIFFERS = "endpoint_not_listed", "run_again_differs"


class RunAgain:
    """The choices of the window become those of the run that is shown; then it is started."""

    def __init__(
        self,
        state: AppState,
        controller: RunController,
        recordings: Recordings,
        starter: RunStarter,
        page: LivePage,
        tasks: UiTasks,
    ) -> None:
        self._state = state
        self._controller = controller
        self._recordings = recordings
        self._starter = starter
        self._page = page
        self._tasks = tasks

    def run(self) -> None:
        """Run again, or say why that is not possible; does nothing during a run."""
        started = self._state.run.started
        if self._state.run.active:
            return
        if started is None:
            self._page.banners.show_problem(NO_RUN, "warn")
            return
        if started.plan.purpose != LIVE:
            self._page.banners.show_problem(OF_EXPERIMENT, "warn")
            return
        path = self._audio(started.plan)
        if path is None:
            self._page.banners.show_problem(NOT_RECORDED, "warn")
            return
        self._tasks.start("running again", self._run(started.plan, path), group=GROUP, exclusive=True)

    def _audio(self, plan: RunPlan) -> Path | None:
        if isinstance(plan.source, WavSource | DataSetSource):
            return Path(plan.source.path)
        folder = self._controller.session_folder
        recorded = None if folder is None else folder / MICROPHONE_FILE
        return recorded if recorded is not None and recorded.is_file() else None

    async def _run(self, plan: RunPlan, path: Path) -> None:
        source, access = plan.source, self._state.access
        channel = "mix" if isinstance(source, MicrophoneSource) else source.channel
        await self._recordings.read(path, channel, source.columns if isinstance(source, DataSetSource) else None)
        restore(self._state, plan)
        self._state.changed()
        is_listed = self._state.endpoint == plan.endpoint
        if not is_listed or self._state.access != access:
            self._page.endpoint_panel.open_account(True)
            self._page.endpoint_panel.refresh_wanted.emit()
        if not is_listed:
            self._page.banners.show_problem(_not_listed(plan), "warn")
            return
        self._starter.start()
        again = self._state.run.current.plan
        if again is not None and (lost := not_restored(plan, again)):
            self._page.banners.show_problem(_differs(lost), "warn")


def _not_listed(plan: RunPlan) -> Problem:
    profile = f" with the profile {plan.profile}" if plan.profile else ""
    return Problem(
        code=NOT_LISTED,
        what=f"The run was not started: the endpoint {plan.endpoint} is not in the list.",
        why=f"It was used in {plan.region}{profile}; the endpoints there are being loaded.",
        todo="Choose Start once it is listed.",
    )


def _differs(lost: list[str]) -> Problem:
    return Problem(
        code=DIFFERS,
        what="The run differs from the one that was shown.",
        why=f"This window cannot set: {', '.join(lost)}.",
        todo="Use flux-stress to repeat it exactly.",
    )
