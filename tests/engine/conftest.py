"""Real runs: real workers, the real built-in endpoint, short pieces of real speech."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import ConnectionEnded, Event, Received, RunEnded, Snapshot
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.flux.options import FluxOptions


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


class Driver:
    """Runs plans and keeps everything that was told; `on` reacts to events while they come."""

    def __init__(self, sessions_dir: Path, wav: Path) -> None:
        self.events: list[Event] = []
        self.supervisor = Supervisor(self._take, sessions_dir=sessions_dir)
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
def driver(tmp_path: Path, sentence_wav: Path) -> Driver:
    return Driver(tmp_path / "sessions", sentence_wav)
