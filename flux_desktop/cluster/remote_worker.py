"""A worker on a generator as the supervisor sees it: like one of this machine's, by way of the generator's link."""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.cluster.link import GeneratorLink
from flux_desktop.cluster.messages import Begin, pack
from flux_desktop.cluster.run_files import RunFiles
from flux_desktop.engine.recording.recording_file import compressor, recorded_lines
from flux_desktop.engine.records.commands import (
    BeginStreams,
    Command,
    EndConnections,
    OpenConnections,
    StartRun,
    StopRun,
    encode_command,
)
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    Notice,
    RunRefused,
    Snapshot,
    decode_event,
    encode_event,
)
from flux_desktop.engine.records.facts import ConnectionRow, LedgerClass

_NOTICE = b'{"event":"notice",'
_REWRITE_MAX_S = 600.0
_OF_THE_MACHINE = frozenset({"clock_skew", "worker_died"})
_PART_MAX_S = 600.0
"""For a part of a recording: a slow network takes minutes."""


class RemoteWorker:
    """Worker `number` on the generator of `link`. `on_event` gets its number and its events."""

    def __init__(
        self, number: int, connections: list[int], link: GeneratorLink, on_event: Callable[[int, Event], None]
    ) -> None:
        self.number = number
        self.connections = connections
        self.refused: Problem | None = None
        self.link = link
        self.files: RunFiles | None = None
        """Of the run, once they are on the generator."""
        self.forwards_keys = False
        self.recording_left = False
        """Whether its recording could not be fetched."""
        self._on_event = on_event
        self._done = asyncio.Event()
        self._is_serving = False
        self._fetching: asyncio.Task[None] | None = None
        self._given_up = ""
        """Why its recording is not fetched any further."""
        self._early: list[Command] = []
        """Connections of a run on demand that were asked for before the generator had the run."""
        self._ended: set[int] = set()
        self._rows: dict[int, ConnectionRow] = {}
        self._last_t = 0.0
        self._restored: Callable[[bytes], bytes] = lambda line: line

    async def start(self) -> None:
        """Have the generator start a process for it. Raises `ProblemError`."""
        await self.link.call("start_worker", self.number)

    def send(self, command: Command) -> None:
        """Send a command, the times in it as they are on the generator's clock."""
        if not self._is_serving:
            if isinstance(command, OpenConnections | EndConnections):  # others come with `first_commands`
                self._early.append(command)
            return
        if isinstance(command, StopRun) and not command.drain:
            self._give_up("The run was stopped at once.")
        if self.link.lost:
            if isinstance(command, OpenConnections):
                asyncio.get_running_loop().call_soon(self._end_all)
            return
        if isinstance(command, BeginStreams):
            self.link.start_is_due(command.start_s)
            command = BeginStreams(start_s=command.start_s + self.link.offset.offset_s)
        self.link.send(self.number, encode_command(command))

    async def serve(self, start: StartRun, first_commands: Callable[[], list[Command]]) -> None:
        """Hand it its run; returns when it is done or lost, and its recording was fetched."""
        assert self.files is not None
        self._restored = self.files.restorer(self.link.root)
        remote_start = msgspec.structs.replace(
            start,
            plan=self.files.renamed(start.plan),
            origin_s=start.origin_s + self.link.offset.offset_s,
            recording_path=None,
        )
        self._is_serving = True
        try:
            begin = Begin(worker=self.number, start=encode_command(remote_start), forwarded=self.forwards_keys)
            await self.link.call("begin", pack(begin))
        except ProblemError as error:
            self.refused = error.problem
            return
        self.link.begin()
        for command in (*first_commands(), *self._early):
            self.send(command)
        await self._done.wait()
        if start.recording_path is None:
            return
        path = Path(os.fsdecode(start.recording_path))
        if self.link.lost:
            self._leave_recording(path, self._lost_because())
        else:
            await self._fetch_recording(path)

    async def stop(self) -> None:
        """Nothing of its own: its generator ends all of a run's workers when the pool is closed."""
        self._is_serving = False

    # ------------------------------------------------------------ from the link

    def take(self, lines: list[bytes], *, done: bool) -> None:
        """Events of the worker."""
        for line in lines:
            event = decode_event(self._restored(line))
            if isinstance(event, RunRefused):
                self.refused = self._named(event.problem)
                continue
            if isinstance(event, Notice):
                event = msgspec.structs.replace(event, problem=self._named(event.problem))
            self._last_t = getattr(event, "t", 0.0) or self._last_t
            if isinstance(event, ConnectionEnded):
                if self.link.lost and event.summary.conn in self._ended:
                    continue
                event = self._with_machine(event)
                self._ended.add(event.summary.conn)
            elif isinstance(event, Snapshot):
                self._rows.update((row.conn, row) for row in event.rows)
            self.link.note(self.number, event)
            self._on_event(self.number, event)
            if isinstance(event, Notice) and event.problem.code == "lease_ended":
                # A process that was suspended there, for example: it opens no further connections.
                self.link.lose("it heard nothing of the run")
        if done:
            self._done.set()

    def _with_machine(self, event: ConnectionEnded) -> ConnectionEnded:
        """With the generator's name where the problem is one of its own, not of the endpoint."""
        problem = event.summary.problem
        if problem is None or problem.code not in _OF_THE_MACHINE:
            return event
        return ConnectionEnded(t=event.t, summary=msgspec.structs.replace(event.summary, problem=self._named(problem)))

    def _named(self, problem: Problem) -> Problem:
        return msgspec.structs.replace(problem, what=f"Generator {self.link.name}: {problem.what}")

    def lost(self) -> None:
        """The generator is lost: so are the connections that had not ended."""
        self._end_all()
        self._done.set()
        self._give_up(self._lost_because())

    def _end_all(self) -> None:
        problem = Problem(
            code="generator_lost",
            what=f"Generator {self.link.name} was lost, and its connections with it.",
            why=f"{self._lost_because()} A generator that hears nothing of its run closes its streams by itself.",
            todo="Check that machine, the coordinator and the network, then start again.",
        )
        for conn in self.connections:
            if conn not in self._ended and self._is_serving:
                row = self._rows.get(conn) or ConnectionRow(conn=conn)
                summary = row.cut_off(problem, LedgerClass.GENERATOR_LOST)
                self._ended.add(conn)
                self._on_event(self.number, ConnectionEnded(t=self._last_t, summary=summary))

    async def _fetch_recording(self, path: Path) -> None:
        """Copy the recording from the generator, the paths in it as they are here."""
        packed = path.with_name(f".{path.name}.part")
        self._fetching = asyncio.create_task(self._fetch(packed), name=f"recording of worker {self.number}")
        try:
            await self._fetching
            await in_thread(lambda: _rewrite(packed, path, self._here), _REWRITE_MAX_S)
        except ProblemError as error:
            self._leave_recording(path, error.problem.sentence())
        except (OSError, TimeoutError) as error:
            self._leave_recording(path, f"It cannot be written here: {getattr(error, 'strerror', None) or error}.")
        except asyncio.CancelledError:
            if not self._given_up:
                raise
            self._leave_recording(path, self._given_up)
        finally:
            packed.unlink(missing_ok=True)

    async def _fetch(self, packed: Path) -> None:
        with packed.open("wb") as file:
            while part := await self.link.call("recording", self.number, file.tell(), limit_s=_PART_MAX_S):
                file.write(part)

    def _give_up(self, why: str) -> None:
        """Do not wait for the rest of its recording."""
        if self._fetching is not None and not self._fetching.done():
            self._given_up = why
            self._fetching.cancel()

    def _lost_because(self) -> str:
        return f"{self.link.lost[:1].upper()}{self.link.lost[1:]}."

    def _here(self, line: bytes) -> bytes:
        """A recorded line as it would be in a recording of this machine."""
        line = self._restored(line)
        if not line.startswith(_NOTICE):
            return line
        event = decode_event(line)
        assert isinstance(event, Notice)
        return encode_event(msgspec.structs.replace(event, problem=self._named(event.problem)))

    def _leave_recording(self, path: Path, why: str) -> None:
        self.recording_left = True
        problem = Problem(
            code="recording_not_fetched",
            what=f"The recording {path.name} was not fetched from generator {self.link.name}, folder {self.link.root}.",
            why=why,
            todo="Copy it into the session folder to have its transcripts in the session.",
        )
        self._on_event(self.number, Notice(t=self._last_t, problem=problem))


def _rewrite(packed: Path, path: Path, restored: Callable[[bytes], bytes]) -> None:
    member = compressor()
    with path.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        for line in recorded_lines(packed):
            file.write(member.compress(restored(line)))
        file.write(member.flush(zlib.Z_FINISH))
