"""An engine worker: a process that carries connections, with JSON lines on its standard input and output.

It runs on a stock asyncio loop (uvloop where available), so that no repaint of a window can count as latency.
It exits on `Quit`, or when its standard input is closed, which means that the front end is dead.
Start it as ``python -m flux_desktop.engine.worker.worker``.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from flux_desktop import __version__
from flux_desktop.aws.target import Credentials
from flux_desktop.base import logs
from flux_desktop.base.child import LINE_LIMIT_BYTES
from flux_desktop.base.orphan import exit_with_parent
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import remember, remember_proxy
from flux_desktop.base.threads import file_work
from flux_desktop.engine.connection import problems
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.records.commands import (
    BeginStreams,
    Command,
    EndConnections,
    OpenConnections,
    Quit,
    RenewCredentials,
    RenewLease,
    SendControl,
    SetParameters,
    StartRun,
    StopRun,
    Watch,
    decode_command,
)
from flux_desktop.engine.records.events import (
    AudioFile,
    Event,
    Heartbeat,
    LevelMeasured,
    Notice,
    Received,
    RunReady,
    RunRefused,
    Sent,
    WorkerReady,
    encode_event,
)
from flux_desktop.engine.records.plan import MicrophoneSource, WavSource
from flux_desktop.engine.sending.audio_source import RunAudio
from flux_desktop.engine.sending.clip_references import clip_reference
from flux_desktop.engine.sending.data_set_audio import DataSetAudio
from flux_desktop.engine.sending.file_hashes import FileHashes
from flux_desktop.engine.sending.shared_timers import SharedTimers
from flux_desktop.engine.worker.lease import Lease
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.run_audio import audio_of
from flux_desktop.engine.worker.run_microphone import RunMicrophone
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport

_LOG = logging.getLogger(__name__)
_BACKLOG_MAX_BYTES = 16 * 1024 * 1024
"""A front end that does not read loses watched messages and levels beyond this; the recording keeps them."""
_FLUSH_MAX_S = 2.0
HEARTBEAT_S = 1.0
_LOAD_MAX_S = 600.0
"""For a whole recording from a slow network drive."""
_HASHES_MAX_S = 0.5
"""At the end of a run; a short run of large files has ended before they were read."""


_Steering = SetParameters | OpenConnections | EndConnections


class Worker:
    """Serves one run at a time; events go to `out`."""

    def __init__(self, out: asyncio.WriteTransport) -> None:
        self._out = out
        self._watched: frozenset[int] | None = frozenset()
        self._recorder: Recorder | None = None
        self._run: Run | None = None
        self._stop: StopRun | None = None
        self._transport: SageMakerTransport | None = None
        self._new_keys: Credentials | None = None
        """Renewed while the run's audio was still being read, or later."""
        self._early: list[_Steering] = []
        """Commands that came before the run began."""
        self._task: asyncio.Task[None] | None = None
        self._lease: Lease | None = None
        self._start_s: asyncio.Future[float] | None = None
        """When the run begins, while this worker waits for the others."""
        self._tasks: asyncio.TaskGroup

    async def serve(self, commands: asyncio.StreamReader) -> None:
        """Carry out commands until Quit or the end of input; a run in progress is then ended at once.

        A bug that makes the run impossible is raised, in a group: the process then ends, which the supervisor notices.
        """
        self._emit(WorkerReady(pid=os.getpid(), version=__version__))
        async with asyncio.TaskGroup() as self._tasks:
            beating = self._tasks.create_task(self._send_heartbeats(), name="heartbeats")
            await self._obey(commands)
            beating.cancel()
            if self._task is not None:
                self._task.cancel()

    async def _send_heartbeats(self) -> None:
        while True:
            self._emit_unrecorded(Heartbeat())
            await asyncio.sleep(HEARTBEAT_S)

    async def _obey(self, commands: asyncio.StreamReader) -> None:
        while True:
            try:
                if not (line := await commands.readline()):
                    return
                if line.isspace():
                    continue
                command = decode_command(line)
            except (msgspec.DecodeError, ValueError) as error:  # a ValueError: the line is longer than any can be
                self._emit(Notice(t=0.0, problem=_bad_command(str(error))))
                continue
            if isinstance(command, Quit):
                return
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, StartRun):
            if self._task is None or self._task.done():
                self._stop = self._new_keys = None
                self._task = self._tasks.create_task(self._start(command), name="run")
        elif isinstance(command, Watch):
            self._watched = None if command.connections is None else frozenset(command.connections)
        elif isinstance(command, StopRun):
            self._stop = command  # it may come while the audio is still being read
            if self._run is not None:
                self._run.stop(drain=command.drain)
        elif isinstance(command, RenewCredentials):
            _remember_keys(command.credentials)
            self._new_keys = command.credentials
            if self._transport is not None:
                self._transport.renew(command.credentials)
        elif isinstance(command, RenewLease):
            if self._lease is not None:
                self._lease.renew()
        elif isinstance(command, BeginStreams):
            if self._start_s is not None and not self._start_s.done():
                self._start_s.set_result(command.start_s)
        elif isinstance(command, _Steering):
            if self._run is None:
                self._early.append(command)
            else:
                _steer(self._run, command)
        elif isinstance(command, SendControl) and self._run is not None:
            self._run.control(f'{{"type":"{command.control}"}}', command.connections)

    async def _start(self, start: StartRun) -> None:
        loop = asyncio.get_running_loop()
        _take_secrets(start)

        def report(problem: Problem) -> None:
            loop.call_soon_threadsafe(self._emit, Notice(t=0.0, problem=problem))

        if start.recording_path is not None:
            self._recorder = Recorder(Path(os.fsdecode(start.recording_path)), report)
            self._recorder.start()
        microphone: RunMicrophone | None = None
        audio: RunAudio | DataSetAudio | None = None

        def hashed(path: str, sha256: str) -> None:
            self._record(AudioFile(t=time.monotonic() - start.origin_s, path=path, sha256=sha256))

        hashes = FileHashes(hashed)
        ending: asyncio.Task[None] | None = None
        if start.lease_s is not None:
            self._lease = Lease(start.lease_s, time.monotonic)
            ending = self._tasks.create_task(self._end_with_lease(self._lease), name="lease")
        try:
            if isinstance(start.plan.source, MicrophoneSource):
                microphone = RunMicrophone(start, self._emit, report)
                start = await microphone.open()
            audio = audio_of(start, hashes, self._emit, self._record)
            await file_work("Loading the recording", audio.open, _LOAD_MAX_S)
            await self._carry_out_run(start, audio, microphone)
        except ProblemError as error:
            self._emit(RunRefused(t=0.0, problem=error.problem))
        finally:
            self._run = self._transport = self._lease = None
            if ending is not None:
                ending.cancel()
            if audio is not None:
                audio.close()
            self._early = []
            try:
                if microphone is not None:
                    await microphone.close()
            finally:  # also where `Quit` does not wait for it
                hashes.close(_HASHES_MAX_S)
                recorder, self._recorder = self._recorder, None
                if recorder is not None:
                    recorder.close()

    async def _carry_out_run(
        self, start: StartRun, audio: RunAudio | DataSetAudio, microphone: RunMicrophone | None
    ) -> None:
        plan = start.plan
        if isinstance(audio, RunAudio) and audio.clip is not None and isinstance(plan.source, WavSource):
            t = time.monotonic() - start.origin_s
            self._record(clip_reference(t, 0, audio.clip, audio.length_s, is_looped=plan.source.loop))
        timers = SharedTimers(time.monotonic)
        self._transport = SageMakerTransport(plan, self._new_keys or start.credentials, wake_ups=timers)
        self._run = run = Run(
            start,
            self._transport,
            audio.chunks,
            self._emit,
            words=audio.words,
            words_of=audio.words_of,
            timers=timers,
        )
        if microphone is not None:
            microphone.attach(run)
        for command in self._early:
            _steer(run, command)
        if self._stop is not None:
            run.stop(drain=self._stop.drain)
        await run.carry_out(await self._common_start_s(start))

    async def _end_with_lease(self, lease: Lease) -> None:
        """Close all streams when whoever asked for them has not been heard of for too long."""
        await lease.ended()
        self._emit(Notice(t=0.0, problem=problems.lease_ended()))
        self._carry_out(StopRun(drain=False))
        if self._start_s is not None and not self._start_s.done():
            self._start_s.set_result(time.monotonic())  # it is over before it has begun

    async def _common_start_s(self, start: StartRun) -> float | None:
        """When the run begins on the clock that several workers share; None in a run of this worker alone."""
        if start.workers == 1:
            return None
        self._start_s = asyncio.get_running_loop().create_future()
        self._emit_unrecorded(RunReady())
        return await self._start_s

    def _emit_unrecorded(self, event: Event) -> None:
        if not self._out.is_closing():
            self._out.write(encode_event(event))

    def _record(self, event: Event | None) -> None:
        """Write an event into the recording alone."""
        if event is not None and self._recorder is not None:
            self._recorder.write(encode_event(event))

    def _emit(self, event: Event) -> None:
        line = encode_event(event)
        if self._recorder is not None:
            self._recorder.write(line)
        if isinstance(event, Received | Sent) and not (self._watched is None or event.conn in self._watched):
            return
        is_optional = isinstance(event, Received | Sent | LevelMeasured)
        if is_optional and self._out.get_write_buffer_size() > _BACKLOG_MAX_BYTES:
            return
        if not self._out.is_closing():
            self._out.write(line)


def _steer(run: Run, command: _Steering) -> None:
    match command:
        case SetParameters():
            run.set_parameters(command)
        case OpenConnections():
            run.open_connections(command.connections)
        case EndConnections():
            run.end_connections(command.connections)


def _take_secrets(start: StartRun) -> None:
    """They came over the pipe; from here they are used for signed requests and proxies only."""
    _remember_keys(start.credentials)
    for address in start.proxies.values.values():
        remember_proxy(address)
    os.environ.update(start.proxies.values)


def _remember_keys(keys: Credentials) -> None:
    remember(keys.access_key, keys.secret_key, keys.session_token)


def _bad_command(why: str) -> Problem:
    return Problem(code="bad_command", what="The engine received a command that it cannot read.", why=why)


class _OutPipe(asyncio.BaseProtocol):
    def __init__(self) -> None:
        self.lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


async def _main() -> None:
    loop = asyncio.get_running_loop()
    # Signals that stop a run may reach all of its processes at once. The front end handles them: it drains this process
    # over its pipe.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(NotImplementedError, AttributeError):  # Windows
            loop.add_signal_handler(getattr(signal, name), lambda: None)
    commands = asyncio.StreamReader(limit=LINE_LIMIT_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin.buffer)
    out, pipe = await loop.connect_write_pipe(_OutPipe, sys.stdout.buffer)
    try:
        await Worker(out).serve(commands)
    finally:
        out.close()  # writes out what is left first
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_MAX_S):
                await pipe.lost.wait()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def main() -> None:
    """Entry point of the process."""
    exit_with_parent()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logs.set_up(logging.WARNING, handler)
    logs.catch_uncaught()
    # What was imported stays: a collection of these 80,000 objects would stop all streams for 30 ms.
    gc.freeze()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_main())


if __name__ == "__main__":
    main()
