"""State that the areas of the window share: choices, what is loaded, and the run being shown. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, DataSetSource, RunPlan, Source, WavSource
from flux_desktop.engine.records.stream_minutes import planned_stream_minutes
from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.flux.bundles import UNKNOWN, Bundle
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.probe_findings import ProbeReport, bundle_from
from flux_desktop.ui.models.choices import Choices
from flux_desktop.ui.models.data_set import DataSetShape
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.endpoints import EndpointList
from flux_desktop.ui.models.listening import ListeningState
from flux_desktop.ui.models.live_parameters import LiveParameters
from flux_desktop.ui.models.microphone import MicrophoneLevel, Microphones
from flux_desktop.ui.models.observed_account import ObservedAccount
from flux_desktop.ui.models.plan_from_choices import on_fresh_connections, plan_from_choices, supported_options
from flux_desktop.ui.models.ramp import planned_seconds
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.models.speech_models import SpeechModelStates

READING = "{name} is being read…"


class AppState:
    """One window's state. Whoever changes it calls `changed`, which calls every listener once.

    Listeners read the state and show it; they must not call `changed` themselves. Used on the window's thread only.
    """

    def __init__(self) -> None:
        self.choices = Choices()
        self.recording: WavShape | None = None
        self.data_set: DataSetShape | None = None
        """Chosen instead of a recording."""
        self.uses_microphone = False
        self.endpoints = EndpointList()
        self.default_profile = ""
        """Profile that boto3's default chain uses, if one is configured."""
        self.default_region = "us-east-1"
        """Region configured for the chosen profile; used while none is chosen."""
        self.microphones = Microphones()
        self.microphone_level = MicrophoneLevel()
        self.listening = ListeningState()
        self.run = RunModel()
        self.live = LiveParameters()
        self.observed = ObservedAccount()
        self.local = LocalBehaviour()
        self.speech_models = SpeechModelStates()
        self.probes: dict[tuple[str, str], ProbeReport] = {}
        """What was found out about endpoints, by name and region."""
        self.prices = SUGGESTED
        """The user's prices, or suggested ones that are marked as such."""
        self.refuses_configure: list[str] = []
        """Endpoints of the account whose build was found to reject `Configure`."""
        self.reading = ""
        """Name of the recording or data set that was chosen and is still being read; empty if there is none."""
        self.presenting = False
        self.newest_failure: Callable[[], str] = str
        """What the window reports as failed, for views that cover its messages; empty if there is nothing."""
        self.actions: dict[str, Callable[..., object]] = {}
        """What parts of the window offer to others: `mute`, `pause`, `seek` (by seconds), `turn` (by turns) and
        `support` (of an endpoint, over a widget)."""
        self.shows_stalls = False
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`, which is shown no longer."""
        self._listeners.remove(listener)

    def changed(self) -> None:
        """Report a change to all listeners, in the order in which they were added."""
        for listener in tuple(self._listeners):
            listener()

    @property
    def endpoint(self) -> str:
        """The endpoint that the next run uses: the chosen one while it is listed, else the built-in one."""
        listed = any(entry.name == self.choices.endpoint for entry in self.endpoints.shown())
        return self.choices.endpoint if listed else LOCAL_ENDPOINT

    @property
    def access(self) -> tuple[str | None, str]:
        """Profile (None for boto3's default chain) and region."""
        return self.choices.profile or None, self.choices.region or self.default_region

    @property
    def build(self) -> Bundle:
        """The server build: of the run in progress, else of the built-in endpoint, else as probed, else unknown."""
        if self.run.active and self.live.bundle is not UNKNOWN:
            return self.live.bundle
        if self.endpoint == LOCAL_ENDPOINT:
            return self.local.build
        report = self.probes.get((self.endpoint, self.access[1]))
        return UNKNOWN if report is None else bundle_from(report)

    @contextmanager
    def reads(self, name: str) -> Iterator[None]:
        """Say that a file or session of this name is being read."""
        self.reading = name
        self.changed()
        try:
            yield
        finally:
            if self.reading == name:  # not that of another one which has been chosen since
                self.reading = ""
                self.changed()

    @property
    def options(self) -> FluxOptions:
        """The chosen parameters without those that the build is known to reject."""
        return supported_options(self.choices.options, self.build)

    @property
    def source(self) -> Source | None:
        """The audio that the next run streams; None while no recording is chosen."""
        if self.uses_microphone:
            return self.microphones.source()
        if self.data_set is not None:
            return self.data_set.source(self.choices.assignment)
        if self.recording is None:
            return None
        return WavSource(path=str(self.recording.path), loop=self.choices.loop, channel=self.recording.channel)

    @property
    def has_audio(self) -> bool:
        """Whether a run could start: a recording is loaded, or the chosen microphone is connected."""
        has_file = self.recording is not None or self.data_set is not None
        return self.microphones.available if self.uses_microphone else has_file

    def plan(self, source: Source) -> RunPlan:
        """The next run as chosen; raises `ProblemError` where the ramp or a limit is invalid."""
        plan = plan_from_choices(
            self.choices,
            source,
            endpoint=self.endpoint,
            access=self.access,
            options=self.options,
            local_arguments=self.local.arguments(),
        )
        if isinstance(source, DataSetSource) and source.fresh_connection and self.data_set is not None:
            return on_fresh_connections(plan, self.data_set.listed)
        return plan

    def audio_s(self, plan: RunPlan) -> float | None:
        """Length of the recording, or of one pass of the plan through the data set; None where it is not known."""
        if self.data_set is not None:
            return self.data_set.pass_s(plan)
        return None if self.recording is None else self.recording.duration_s

    def stream_minutes(self, plan: RunPlan) -> float | None:
        """Minutes of all streams of a plan; None where its end is open, or a length is not known."""
        file_s = None if self.recording is None else self.recording.duration_s
        return planned_stream_minutes(
            plan, file_s=file_s, clips_s=None if self.data_set is None else self.data_set.lengths_s
        )

    def planned_s(self) -> float | None:
        """Length of the run being shown, or of the next one while none is; None where it is open-ended or invalid."""
        if self.run.plan is not None:
            return self.run.current.planned_s
        source = self.source or WavSource(path="", loop=self.choices.loop)
        try:
            plan = self.plan(source)
            return planned_seconds(plan, self.audio_s(plan))
        except ProblemError:
            return None

    def local_arguments_wanted(self) -> tuple[str, ...] | None:
        """Arguments to start the built-in endpoint with ahead of a run; None while it is not selected or is in use."""
        return self.local.arguments() if self.endpoint == LOCAL_ENDPOINT and not self.run.active else None
