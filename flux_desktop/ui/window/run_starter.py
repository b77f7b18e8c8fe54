"""Starts a run with what is chosen, or says what is missing."""

from __future__ import annotations

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.ramp import planned_seconds
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from flux_desktop.ui.window.recordings import GROUP, Recordings

NO_RECORDING = Problem(
    code="no_sound",
    what="No recording is selected.",
    todo="Open an audio file on the left, drop one onto this window, or choose “Use sample”.",
)


NO_MICROPHONE = Problem(
    code="no_microphone",
    what="The selected microphone is not connected.",
    todo="Plug it in, select another one, or use a recording.",
)


class RunStarter:
    """Start and stop, as the buttons, the menu and the command line ask for them."""

    def __init__(
        self, state: AppState, controller: RunController, preview: MicrophonePreview, banners: BannerStack
    ) -> None:
        self._state = state
        self._controller = controller
        self._preview = preview
        self._banners = banners
        state.listen(self._withdraw)

    def _withdraw(self) -> None:
        """What was missing is there now."""
        if self._state.has_audio:
            for problem in (NO_RECORDING, NO_MICROPHONE):
                self._banners.withdraw(problem.code)

    def start(self) -> None:
        """Start a run as chosen; does nothing while one is active."""
        state = self._state
        if state.run.active:
            return
        source = state.source
        if source is None:
            self._banners.show_problem(NO_RECORDING, "warn")
            return
        if not state.has_audio:  # before anything is erased that the last run has left
            self._banners.show_problem(NO_MICROPHONE, "warn")
            return
        self._banners.clear()
        try:
            plan = state.plan(source)
        except ProblemError as error:
            self._banners.show_problem(error.problem)
            return
        self._start(plan)

    def start_at_once(self, recordings: Recordings, tasks: UiTasks) -> None:
        """Start a run; if no audio is chosen, with the bundled conversation."""
        if self._state.source is not None:
            self.start()
            return

        async def load_and_start() -> None:
            await recordings.read_sample()
            self.start()

        tasks.start("starting with the sample", load_and_start(), group=GROUP, exclusive=True)

    def _start(self, plan: RunPlan) -> None:
        state, truth = self._state, None
        if isinstance(plan.source, WavSource) and state.recording is not None:
            truth = state.recording.truth(looped=plan.source.loop)
        lasts_s = planned_seconds(plan, state.audio_s(plan))
        self._preview.stop()
        minutes = state.stream_minutes(plan)
        if self._controller.start(plan, truth, lasts_s, self._preview.released, stream_minutes=minutes):
            if isinstance(plan.source, DataSetSource) and state.data_set is not None:
                state.run.current.clip_words.add(state.data_set.clips, state.data_set.durations_s)
            state.live.begin(plan.options, refused_before=plan.endpoint in state.refuses_configure)
            state.changed()
