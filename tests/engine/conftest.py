"""Real runs: real workers, the real built-in endpoint, short pieces of real speech."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.redaction import remember
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import ConnectionEnded, Event, Received, RunEnded, Snapshot
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.flux.options import FluxOptions
from tests.local_endpoint.conftest import running_endpoint


@pytest.fixture(scope="session")
def sentence_wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first seconds of the bundled conversation: speech that the endpoint knows by heart."""
    path = tmp_path_factory.mktemp("audio") / "sentence.wav"
    with wave.open(str(resource_path("sample_audio/conversation.wav"))) as source:
        frames = source.readframes(16_000 * 2)
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(16_000)
        target.writeframes(frames)
    return path


@pytest.fixture(scope="session")
def pausing_wav(tmp_path_factory: pytest.TempPathFactory, sentence_wav: Path) -> Path:
    """The same with a pause behind it, in which a turn ends."""
    path = tmp_path_factory.mktemp("audio") / "pausing.wav"
    with wave.open(str(sentence_wav)) as source, wave.open(str(path), "wb") as target:
        target.setparams(source.getparams())
        target.writeframes(source.readframes(16_000 * 2) + bytes(2 * 16_000))
    return path


@pytest.fixture(scope="session")
def usual_endpoint() -> Iterator[LocalEndpointInfo]:
    """One built-in endpoint for all runs that want it as it usually is."""
    with running_endpoint() as info:
        yield msgspec.convert({name: info[name] for name in info if name != "process"}, LocalEndpointInfo)


class UsualEndpoint(LocalEndpoint):
    """The session's endpoint in place of a process of the run's own."""

    def __init__(self, info: LocalEndpointInfo) -> None:
        super().__init__()
        self.info = info

    async def start(self, arguments: Sequence[str] = ()) -> LocalEndpointInfo:
        assert self.info is not None
        remember(self.info.access_key, self.info.secret_key)
        return self.info


class EconomicalSupervisor(Supervisor):
    """Starts an endpoint only for runs that want one of their own: with arguments, or with a process given to it."""

    usual: LocalEndpointInfo | None = None

    async def run(self, plan: RunPlan) -> RunEnded:
        if self._local is not None or self.usual is None or plan.local_arguments:
            return await super().run(plan)
        self._local = UsualEndpoint(self.usual)
        try:
            return await super().run(plan)
        finally:
            self._local = None


class Driver:
    """Runs plans and keeps everything that was told; `on` reacts to events while they come."""

    def __init__(self, sessions_dir: Path, wav: Path, usual: LocalEndpointInfo | None = None) -> None:
        self.events: list[Event] = []
        self.supervisor = EconomicalSupervisor(self._take, sessions_dir=sessions_dir)
        self.supervisor.usual = usual
        self.supervisor.send(Watch(connections=None))
        self.reactions: list[Callable[[Event], None]] = []
        self._wav = wav

    def _take(self, event: Event) -> None:
        self.events.append(event)
        for react in self.reactions:
            react(event)

    def once(self, condition: Callable[[Event], object], action: Callable[[Event], object]) -> None:
        """Act at the first event that fits, and never again."""
        done: list[bool] = []

        def react(event: Event) -> None:
            if not done and condition(event):
                done.append(True)
                action(event)

        self.reactions.append(react)

    def of[T](self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    def plan(self, *, fault: str | None = None, loop: bool = False, options: FluxOptions | None = None, **fields):
        arguments = tuple(word for name in (fault or "").split() for word in ("--fault", name))
        return RunPlan(
            endpoint=fields.pop("endpoint", "local"),
            source=WavSource(path=str(fields.pop("wav", self._wav)), loop=loop),
            options=options or FluxOptions(eot_timeout_ms=500),
            local_arguments=arguments,
            **fields,
        )

    async def run(self, **fields) -> RunEnded:
        return await self.supervisor.run(self.plan(**fields))

    @property
    def snapshots(self) -> list[Snapshot]:
        return self.of(Snapshot)

    @property
    def summaries(self):
        return {event.summary.conn: event.summary for event in self.of(ConnectionEnded)}

    def texts(self, conn: int = 1) -> list[str]:
        return [event.text for event in self.of(Received) if event.conn == conn]


@pytest.fixture
def driver(tmp_path: Path, sentence_wav: Path, usual_endpoint: LocalEndpointInfo) -> Driver:
    return Driver(tmp_path / "sessions", sentence_wav, usual_endpoint)
