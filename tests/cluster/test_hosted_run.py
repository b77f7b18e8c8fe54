"""Tests for cluster.hosted_run, without Dask: the actor's calls as a coordinator makes them, real workers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

from flux_desktop.cluster import hosted_run
from flux_desktop.cluster.file_store import UNUSED_MAX_S
from flux_desktop.cluster.hosted_run import HostedRun
from flux_desktop.cluster.messages import Begin, GeneratorReport, Hello, pack, unpack
from flux_desktop.cluster.run_files import RunFiles
from flux_desktop.engine.recording.recording_file import recorded_lines
from flux_desktop.engine.records.commands import OpenConnections, StartRun, StopRun, encode_command
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Notice,
    RunRefused,
    decode_event,
)
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo
from tests.engine.conftest import sentence_wav, usual_endpoint  # noqa: F401 - fixtures


@pytest.fixture
async def hosted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HostedRun]:
    monkeypatch.setattr(hosted_run.platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    monkeypatch.setattr(hosted_run.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    run = HostedRun()
    yield run
    await run.end(keep=False)


class Coordinator:
    """Makes the calls, and keeps what is answered."""

    def __init__(self, hosted: HostedRun) -> None:
        self.hosted = hosted
        self.events: list[Event] = []
        self.done: list[int] = []

    async def begin(self, plan: RunPlan, info: LocalEndpointInfo, connections: Sequence[int] = (1,)) -> None:
        files = RunFiles()
        files.add_source(plan)
        files.add_authorities(info.ca_file)
        await self.hosted.start_worker(1)
        for sha256 in await self.hosted.missing(msgspec.msgpack.encode(files.entries)):
            content = files.contents[sha256]
            data = content if isinstance(content, bytes) else content.read_bytes()
            await self.hosted.put(sha256, 0, data, last=True)
        await self.hosted.place()
        plan = msgspec.structs.replace(plan, endpoint_url=info.url, region=info.region, ca_file=info.ca_file)
        start = StartRun(
            plan=files.renamed(plan),
            connections=list(connections),
            origin_s=await self.hosted.clock(),
            credentials=info.credentials,
        )
        await self.hosted.begin(pack(Begin(worker=1, start=encode_command(start), forwarded=True)))

    async def exchange(self, *commands: tuple[int, bytes]) -> None:
        answer = unpack(await self.hosted.exchange(list(commands)), GeneratorReport)
        self.events += [decode_event(line) for _, line in answer.lines]
        self.done = answer.done

    async def until_done(self) -> None:
        while not self.done:
            await self.exchange()
            await asyncio.sleep(0.02)

    @property
    def ends(self) -> list[LedgerClass]:
        return [event.summary.ledger for event in self.events if isinstance(event, ConnectionEnded)]


def plan_of(wav: Path, **fields) -> RunPlan:
    return RunPlan(endpoint="local", source=WavSource(path=str(wav), **fields))


async def test_a_run_is_carried_and_its_recording_can_be_fetched(
    hosted: HostedRun,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    assert not unpack(await hosted.hello(), Hello).busy
    coordinator = Coordinator(hosted)
    await coordinator.begin(plan_of(sentence_wav), usual_endpoint)
    await coordinator.until_done()
    assert coordinator.ends == [LedgerClass.COMPLETED]
    fetched = sentence_wav.parent / "fetched.gz"
    first = await hosted.recording(1, 0)
    fetched.write_bytes(first + await hosted.recording(1, len(first)))
    recorded = [decode_event(line) for line in recorded_lines(fetched)]
    assert [event.summary.ledger for event in recorded if isinstance(event, ConnectionEnded)] == coordinator.ends
    assert await hosted.recording(2, 0) == b"", "there is no such worker"
    recordings_path = Path(await hosted.end(keep=True))
    assert [name for name in os.listdir(recordings_path) if name.endswith(".gz")] == ["worker-1.jsonl.gz"]


async def test_load_ends_with_the_lease_and_until_then_no_other_run_begins(
    hosted: HostedRun,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hosted_run, "LEASE_S", 1.0)
    await hosted.hello()
    assert unpack(await HostedRun().hello(), Hello).busy
    coordinator = Coordinator(hosted)
    await coordinator.begin(plan_of(sentence_wav, loop=True), usual_endpoint)
    while not any(type(event).__name__ == "AudioStarted" for event in coordinator.events):
        await coordinator.exchange()
        await asyncio.sleep(0.02)
    await asyncio.wait({hosted._serving[1]})  # nobody asks any more
    await coordinator.exchange()
    assert [event.problem.code for event in coordinator.events if isinstance(event, Notice)] == ["lease_ended"]
    assert len(coordinator.ends) == 1
    await hosted.end(keep=False)
    other = HostedRun()
    assert not unpack(await other.hello(), Hello).busy
    await other.end(keep=False)


async def test_processes_are_ended_when_even_their_workers_do_not_end(
    hosted: HostedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted_run, "LEASE_S", 0.2)
    monkeypatch.setattr(hosted_run, "GRACE_S", 0.1)
    await hosted.hello()
    await hosted.start_worker(1)
    watching = hosted._watching
    assert watching is not None
    await watching
    assert HostedRun._active is None


async def test_a_run_whose_files_cannot_be_placed_leaves_no_folder(
    hosted: HostedRun,
    sentence_wav: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await hosted.hello()
    files = RunFiles()
    files.add_source(plan_of(sentence_wav))
    await hosted.missing(msgspec.msgpack.encode(files.entries))  # and never sent
    with pytest.raises(FileNotFoundError):
        await hosted.place()
    await hosted.end(keep=False)
    assert not os.listdir(hosted_run.runs_folder())


def test_audio_of_runs_that_did_not_end_in_order_is_removed_and_their_recordings_stay(tmp_path: Path) -> None:
    audio = tmp_path / "run" / "audio" / "000001" / "a.wav"
    audio.parent.mkdir(parents=True)
    audio.touch()
    recording = tmp_path / "run" / "worker-1.jsonl.gz"
    recording.touch()
    written_s = recording.parent.stat().st_mtime
    hosted_run.remove_audio_left(tmp_path, written_s + UNUSED_MAX_S - 1)
    assert audio.exists()
    hosted_run.remove_audio_left(tmp_path, written_s + UNUSED_MAX_S + 1)
    assert os.listdir(tmp_path / "run") == [recording.name]


async def test_connections_on_demand_that_die_with_their_process_are_reported(
    hosted: HostedRun,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    await hosted.hello()
    coordinator = Coordinator(hosted)
    plan = msgspec.structs.replace(plan_of(sentence_wav, loop=True), on_demand=True)
    await coordinator.begin(plan, usual_endpoint, connections=[])
    await coordinator.exchange((1, encode_command(OpenConnections(connections=[7]))))
    while not any(isinstance(event, ConnectionChanged) for event in coordinator.events):
        await coordinator.exchange()
        await asyncio.sleep(0.02)
    process = hosted._workers[1]._child.process
    assert process is not None
    process.kill()
    await coordinator.until_done()
    ends = [event.summary for event in coordinator.events if isinstance(event, ConnectionEnded)]
    assert [(end.conn, end.problem.code) for end in ends if end.problem] == [(7, "worker_died")]


async def test_a_stop_ends_it_in_order(
    hosted: HostedRun,
    sentence_wav: Path,  # noqa: F811
    usual_endpoint: LocalEndpointInfo,  # noqa: F811
) -> None:
    await hosted.hello()
    coordinator = Coordinator(hosted)
    await coordinator.begin(plan_of(sentence_wav, loop=True), usual_endpoint)
    await coordinator.exchange((1, encode_command(StopRun())))
    await coordinator.until_done()
    assert coordinator.ends == [LedgerClass.NOT_STARTED]


async def test_a_generator_without_keys_of_its_own_says_so(
    hosted: HostedRun,
    sentence_wav: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    await hosted.hello()
    files = RunFiles()
    plan = plan_of(sentence_wav)
    files.add_source(plan)
    await hosted.start_worker(1)
    for sha256 in await hosted.missing(msgspec.msgpack.encode(files.entries)):
        content = files.contents[sha256]
        await hosted.put(sha256, 0, content if isinstance(content, bytes) else content.read_bytes(), last=True)
    await hosted.place()
    none = LocalEndpointInfo(url="", region="", ca_file="", access_key="", secret_key="")
    start = StartRun(plan=files.renamed(plan), connections=[1], origin_s=0.0, credentials=none.credentials)
    await hosted.begin(pack(Begin(worker=1, start=encode_command(start), forwarded=False)))
    coordinator = Coordinator(hosted)
    await coordinator.until_done()
    (refused,) = [event for event in coordinator.events if isinstance(event, RunRefused)]
    assert "credentials" in refused.problem.sentence()
