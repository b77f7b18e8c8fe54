"""Tests for cluster.pool and cluster.local_cluster: a coordinator and two generators as processes, real streams."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import msgspec
import pytest
from distributed import Client

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.link import GeneratorLink
from flux_desktop.cluster.local_cluster import local_cluster
from flux_desktop.cluster.membership import Membership, new_membership
from flux_desktop.cluster.messages import EXCHANGE_EVERY_S
from flux_desktop.cluster.pool import ROWS_EVERY_S, ClusterPool
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import AudioFile
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    Histograms,
    Notice,
    RunEnded,
    RunStarted,
    Snapshot,
)
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.reports.sessions.facts import read_facts
from tests.engine.conftest import UsualEndpoint, sentence_wav, usual_endpoint  # noqa: F401 - fixtures
from tests.waiting import PATIENCE_S


class Cluster(NamedTuple):
    membership: Membership
    home: Path
    """Where its processes keep their files."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One that no test kills a part of."""
    home = tmp_path_factory.mktemp("home")
    with _cluster(home) as running_cluster:
        yield running_cluster


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Cluster]:
    """Another one, for a test that kills a part of it."""
    with _cluster(tmp_path / "home") as running_cluster:
        yield running_cluster


@contextlib.contextmanager
def _cluster(home: Path) -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        with local_cluster(2) as membership:
            yield Cluster(membership, home)


class Trial:
    """One run on the cluster, with all its events."""

    def __init__(self, membership: Membership, info: LocalEndpointInfo, sessions_dir: Path, generators: int) -> None:
        self.events: list[Event] = []
        self.pool = ClusterPool(membership, generators=generators)
        self.supervisor = Supervisor(self.take, local=UsualEndpoint(info), sessions_dir=sessions_dir, pool=self.pool)

    def take(self, event: Event) -> None:
        self.events.append(event)

    async def run(self, wav: Path, **fields) -> RunEnded:
        source = WavSource(path=str(wav), loop=fields.pop("loop", False))
        return await self.supervisor.run(RunPlan(endpoint="local", source=source, **fields))

    @property
    def rows(self):
        return [event.rows for event in self.events if isinstance(event, GeneratorsSeen)][-1]


def processes_of(cluster: Cluster, action: str) -> list[int]:
    """Process numbers of a cluster's coordinator, or of its generators."""
    pids = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            is_ours = str(cluster.home).encode() in (entry / "environ").read_bytes()
            if is_ours and b"cluster" in words and action.encode() in words:
                pids.append(int(entry.name))
    return pids


async def test_a_run_on_two_machines_is_one_run(
    cluster: Cluster,
    tmp_path: Path,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    trial = Trial(cluster.membership, usual_endpoint, tmp_path, generators=2)
    ended = await trial.run(sentence_wav, connections=5)
    assert ended.problem is None
    assert ended.ledger["completed"] == 5
    assert [row.name for row in trial.rows] == ["local-1", "local-2"]
    folder = trial.supervisor.session_folder
    assert folder is not None
    recorded = list(read_session(folder))
    assert {event.path for event in recorded if isinstance(event, AudioFile)} == {str(sentence_wav)}
    assert sum(isinstance(event, ConnectionEnded) for event in recorded) == 5
    assert sorted(path.name for path in folder.glob("worker*")) == ["worker-1.jsonl.gz", "worker-2.jsonl.gz"]
    assert _carried_by(folder) == {1: {1, 3, 5}, 2: {2, 4}}
    pooled = Histogram()
    for worker in (1, 2):
        own = [event for event in recorded if isinstance(event, Histograms) and event.final]
        pooled.merge_encoded(own[worker - 1].encoded["pacing"])
    assert ended.pacing == pooled.percentiles(), "merged, exactly"
    assert any(isinstance(event, Snapshot) and len(event.rows) for event in trial.events)
    facts = read_facts(folder)
    assert facts.verdict == ended.verdict == Verdict.DONE, "it is listed as a whole one, not as cut off"


async def test_connections_on_demand_may_be_asked_for_as_soon_as_the_run_has_started(
    cluster: Cluster,
    tmp_path: Path,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    trial = Trial(cluster.membership, usual_endpoint, tmp_path, generators=2)

    def take(event: Event) -> None:
        trial.events.append(event)
        if isinstance(event, RunStarted):
            trial.supervisor.open_connections([1, 2, 3])
        elif sum(isinstance(each, ConnectionEnded) for each in trial.events) == 3:
            trial.supervisor.stop(interrupts=False)

    trial.supervisor._on_event = take
    async with asyncio.timeout(PATIENCE_S):
        ended = await trial.run(sentence_wav, connections=3, on_demand=True)
    assert ended.ledger["completed"] == 3
    assert trial.supervisor.session_folder is not None
    assert _carried_by(trial.supervisor.session_folder) == {1: {1, 3}, 2: {2}}


def _carried_by(folder: Path) -> dict[int, set[int]]:
    from flux_desktop.engine.recording.session_folder import read_events

    return {
        worker: {
            event.summary.conn
            for event in read_events(folder / f"worker-{worker}.jsonl.gz")
            if isinstance(event, ConnectionEnded)
        }
        for worker in (1, 2)
    }


async def test_a_lost_generator_makes_the_run_invalid_and_the_others_go_on(
    fresh: Cluster,
    tmp_path: Path,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    trial = Trial(fresh.membership, usual_endpoint, tmp_path, generators=2)
    take, victims = trial.take, processes_of(fresh, "join")

    def kill_when_streaming(event: Event) -> None:
        take(event)
        if victims and isinstance(event, Snapshot) and event.chunks_sent > 8:
            os.kill(victims.pop(), signal.SIGKILL)
            victims.clear()

    trial.supervisor._on_event = kill_when_streaming
    ended = await trial.run(sentence_wav, connections=4, loop=True, duration_s=4.0)
    assert ended.verdict is Verdict.INVALID
    assert "was lost" in ended.reasons[0]
    assert (ended.ledger["generator lost"], ended.ledger["completed"]) == (2, 2)
    folder = trial.supervisor.session_folder
    assert folder is not None
    lost = [
        event.summary.problem
        for event in read_session(folder)
        if isinstance(event, ConnectionEnded) and event.summary.ledger is LedgerClass.GENERATOR_LOST
    ]
    assert [problem.code for problem in lost if problem] == ["generator_lost"] * 2
    notices = [event.problem for event in read_session(folder) if isinstance(event, Notice)]
    assert [problem.code for problem in notices] == ["recording_not_fetched"], "the session tells where the rest is"
    assert sum(bool(row.lost) for row in trial.rows) == 1


def test_no_port_is_open_without_tls_and_none_to_other_networks(cluster: Cluster) -> None:
    (coordinator,) = processes_of(cluster, "coordinate")
    listening = subprocess.run(["ss", "-Hltnp"], check=True, capture_output=True, text=True).stdout
    ports = [line.split()[3] for line in listening.splitlines() if f"pid={coordinator}," in line]
    assert ports == [urlsplit(cluster.membership.address).netloc]
    for generator in processes_of(cluster, "join"):
        ports = [line.split()[3] for line in listening.splitlines() if f"pid={generator}," in line]
        assert len(ports) <= 1, "none while it is starting"
        assert all(port.startswith("127.0.0.1:") for port in ports), "as the coordinator reaches it"


@pytest.fixture
def waiting_trial(
    cluster: Cluster,
    tmp_path: Path,
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Trial:
    """A run that waits for more generators than there are, and says so at once."""
    monkeypatch.setattr("flux_desktop.cluster.pool._TOLD_AFTER_S", 0.0)
    return Trial(cluster.membership, usual_endpoint, tmp_path, generators=9)


async def test_too_few_generators_are_a_sentence(
    waiting_trial: Trial,
    sentence_wav: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flux_desktop.cluster.pool._JOINED_MAX_S", 0.3)
    trial = waiting_trial
    ended = await trial.run(sentence_wav)
    assert ended.problem is not None
    assert ended.problem.what.endswith("of 9 generators have joined the cluster.")
    assert [event.problem.code for event in trial.events if isinstance(event, Notice)] == ["cluster_waiting"]


async def test_waiting_for_generators_ends_with_a_stop(
    waiting_trial: Trial,
    sentence_wav: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flux_desktop.cluster.pool._JOINED_MAX_S", 3600.0)
    trial = waiting_trial
    take = trial.take

    def stop_when_waiting(event: Event) -> None:
        take(event)
        if isinstance(event, Notice):
            trial.supervisor.stop()

    trial.supervisor._on_event = stop_when_waiting
    ended = await trial.run(sentence_wav, connections=3)
    assert (ended.interrupted, ended.ledger["not started"], ended.problem) == (True, 3, None)


async def test_the_built_in_endpoint_is_refused_to_a_generator_of_another_machine(
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    pool = ClusterPool(new_membership("tls://127.0.0.1:9"))
    for name, address in (("near", "tls://127.0.0.1:9"), ("far", "tls://198.51.100.7:9")):
        pool._links.append(GeneratorLink(cast("Client", None), address, name, lambda *_: None, lambda *_: None))
    with pytest.raises(ProblemError, match="this machine alone, and far is another one"):
        await pool.prepare(RunPlan(endpoint="local", source=WavSource(path="a.wav")), UsualEndpoint(usual_endpoint))


async def test_a_coordinator_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tls://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr("flux_desktop.cluster.pool.JOIN_MAX_S", 0.3)
    pool = ClusterPool(new_membership(address))
    with pytest.raises(ProblemError, match=f"{address} cannot be reached"):
        await pool.workers(RunPlan(endpoint="e", source=WavSource(path="a.wav")), lambda *_: None)


async def test_a_coordinator_of_another_version_is_refused() -> None:
    membership = new_membership("tls://127.0.0.1:9")
    other = msgspec.structs.replace(membership, versions={**membership.versions, "flux-desktop": "0.0.1"})
    with pytest.raises(ProblemError, match=r"The coordinator has other versions: flux-desktop 0\.0\.1"):
        await ClusterPool(other).workers(RunPlan(endpoint="e", source=WavSource(path="a.wav")), lambda *_: None)


def test_rows_of_generators_are_less_than_a_second_old() -> None:
    assert ROWS_EVERY_S + EXCHANGE_EVERY_S + 0.1 < 1.0


async def test_a_microphone_is_refused() -> None:
    pool = ClusterPool(new_membership("tls://127.0.0.1:9"))
    with pytest.raises(ProblemError, match="microphone"):
        await pool.workers(RunPlan(endpoint="e", source=MicrophoneSource()), lambda *_: None)
