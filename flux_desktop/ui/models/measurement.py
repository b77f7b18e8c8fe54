"""What the Tune page measures: a data set, an endpoint, how often; what that costs, and how far it is. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.datasets.clip import Clip, unusable
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, DataSetSource, RunPlan
from flux_desktop.engine.sending.data_set_audio import fresh_connections
from flux_desktop.evaluation.cost import SUGGESTED, RunCost, cost_of
from flux_desktop.evaluation.trace import Setting
from flux_desktop.flux.bundles import FLUX_ENGLISH_20260311, LATEST, Bundle
from flux_desktop.flux.options import FluxOptions

BUNDLED = "Bundled conversations"
TIMEOUT_MS = 10_000
"""Longest timeout that is tried; every build accepts it."""
TRAILING_SILENCE_S = TIMEOUT_MS / 1000 + 0.4
"""After each clip, so that its last turn can end by the longest timeout."""
REPEATS_MAX, CONNECTIONS_MAX = 10, 200


@dataclass(frozen=True, slots=True)
class DataFacts:
    """A data set as it is streamed: audio in seconds, of all usable clips."""

    path: Path
    name: str
    clips: int
    turns: int
    holds: int
    audio_s: float
    longest_s: float

    def describe(self) -> str:
        """Its size in words."""
        return f"{self.clips} clips · {self.turns} turns · {self.audio_s / 60:.0f} min"


@dataclass(frozen=True, slots=True)
class Measurement:
    """How a data set is to be recorded."""

    repeats: int = 3
    connections: int = 8

    def stream_seconds(self, data: DataFacts) -> float:
        """Of all streams together, with the silence after each clip."""
        return self.repeats * (data.audio_s + data.clips * TRAILING_SILENCE_S)

    def streams(self, data: DataFacts) -> int:
        """One for each clip and repeat."""
        return self.repeats * data.clips

    def wall_s(self, data: DataFacts) -> float:
        """About how long it takes: never less than the longest clip."""
        spread_s = self.stream_seconds(data) / min(self.connections, self.streams(data))
        return max(spread_s, data.longest_s + TRAILING_SILENCE_S)

    def cost(self, data: DataFacts) -> RunCost:
        """At the suggested price."""
        return cost_of(self.stream_seconds(data) / 60, SUGGESTED)

    def cost_sentence(self, data: DataFacts, endpoint: str) -> str:
        """What Record will use, shown before it starts."""
        if endpoint == LOCAL_ENDPOINT:
            minutes = self.stream_seconds(data) / 60
            return f"About {max(1.0, minutes):,.0f} stream-minutes on this computer; no cost"
        return self.cost(data).sentence()

    def plan(self, base: RunPlan, data: DataFacts, bundle: Bundle) -> RunPlan:
        """The run: every clip on a connection of its own, at the highest threshold that the build is said to accept."""
        options = recording_options(base.options, bundle)
        source = DataSetSource(
            path=str(data.path),
            seed=0,
            passes=self.repeats,
            fresh_connection=True,
            trailing_silence_s=TRAILING_SILENCE_S,
        )
        plan = msgspec.structs.replace(
            base, source=source, options=options, connections=self.connections, duration_s=None, limits=(), stages=()
        )
        return fresh_connections(plan, data.clips)


def recording_options(options: FluxOptions, bundle: Bundle) -> FluxOptions:
    """`options` with which no turn ends before every lower setting has decided."""
    return msgspec.structs.replace(
        options, eot_threshold=bundle.eot_threshold_max, eager_eot_threshold=None, eot_timeout_ms=TIMEOUT_MS
    )


def fallback(plan: RunPlan) -> RunPlan | None:
    """The same run for a build that has refused the highest threshold; None if it was not that."""
    older = FLUX_ENGLISH_20260311.eot_threshold_max
    if (plan.options.eot_threshold or 0.0) <= older:
        return None
    return msgspec.structs.replace(plan, options=msgspec.structs.replace(plan.options, eot_threshold=older))


def recorded_setting(plan: RunPlan) -> Setting:
    """Up to where a recording of this plan can be replayed."""
    return Setting(eot=plan.options.eot_threshold_in_force, timeout_ms=plan.options.eot_timeout_ms_in_force)


def build_to_try(build: Bundle) -> Bundle:
    """Of an unknown build the newest limits are tried first."""
    return LATEST if build.name == "unknown" else build


def streams_ended(ledger: Mapping[str, int]) -> int:
    """Streams that are over, whatever became of them."""
    return sum(number for name, number in ledger.items() if name in set(LedgerClass))


def read_facts(path: Path | None) -> DataFacts:
    """Read a data set (None is the bundled one) and the headers of its recordings; for a thread.

    Raises `ProblemError` where nothing can be used, or where no clip has turns.
    """
    if path is None:
        try:
            found = resource_path(SAMPLE_DATA_SET)
        except FileNotFoundError as error:
            raise unusable(Path(SAMPLE_DATA_SET), str(error)) from None
        name = BUNDLED
    else:
        found, name = path, path.stem if path.is_file() else path.name
    lengths_s: list[float] = []
    clips: list[Clip] = []
    for clip in read_data_set(found).clips:
        try:
            whole_s = open_recording(clip.path).duration_s - clip.offset_s
        except ProblemError:
            continue  # left out by the run too, which says so
        clips.append(clip)
        lengths_s.append(whole_s if clip.duration_s is None else min(clip.duration_s, whole_s))
    turns = sum(len(clip.turns) or bool(clip.words) for clip in clips)
    if not turns:
        why = "It does not say where turns end, so that cut-offs cannot be counted."
        raise unusable(found, why, "Choose a data set with turns, or with words and their times.")
    return DataFacts(
        path=found,
        name=name,
        clips=len(clips),
        turns=turns,
        holds=sum(len(clip.holds) for clip in clips),
        audio_s=sum(lengths_s),
        longest_s=max(lengths_s),
    )
