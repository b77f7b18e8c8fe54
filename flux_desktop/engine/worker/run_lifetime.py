"""A worker's run with everything it needs: recording, microphone, audio, transport and lease, opened and closed.

Runs on the worker's event loop. What it is commanded before its streams can be opened is applied when they are.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.scheduling import MANY_STREAMS, run_in_turn
from flux_desktop.base.threads import file_work
from flux_desktop.engine.connection import problems
from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.records.audio_events import AudioFile
from flux_desktop.engine.records.commands import EndConnections, OpenConnections, SetParameters, StartRun
from flux_desktop.engine.records.events import Notice, RunReady, RunRefused
from flux_desktop.engine.records.plan import MicrophoneSource, WavSource
from flux_desktop.engine.sending.audio_source import RunAudio
from flux_desktop.engine.sending.clip_references import clip_reference
from flux_desktop.engine.sending.data_set_audio import DataSetAudio
from flux_desktop.engine.sending.file_hashes import FileHashes
from flux_desktop.engine.sending.shared_timers import SharedTimers
from flux_desktop.engine.worker.event_output import EventOutput
from flux_desktop.engine.worker.lease import Lease
from flux_desktop.engine.worker.received_secrets import take_secrets
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.run_audio import audio_of
from flux_desktop.engine.worker.run_microphone import RunMicrophone
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport

Steering = SetParameters | OpenConnections | EndConnections
"""Commands that change the connections of a run."""

_LOAD_MAX_S = 600.0
"""For a whole recording from a slow network drive."""
_HASHES_MAX_S = 0.5
"""At the end of a run; a short run of large files has ended before they were read."""


class RunLifetime:
    """One run, from its command to its end. `tasks` owns its tasks; `early` was commanded even before `start`."""

    def __init__(
        self, start: StartRun, output: EventOutput, tasks: asyncio.TaskGroup, early: Sequence[Steering] = ()
    ) -> None:
        self._start = start
        self._output = output
        self._tasks = tasks
        self._early = list(early)
        """Commands that came before the run's connections existed."""
        self._run: Run | None = None
        self._drain: bool | None = None
        """How the run is to be stopped; None while it is not. It may be while the audio is still being read."""
        self._transport: SageMakerTransport | None = None
        self._keys = start.credentials
        self._lease: Lease | None = None
        self._start_s: asyncio.Future[float] | None = None
        """When a run of several workers begins."""

    # ------------------------------------------------------------ commands

    def steer(self, command: Steering) -> None:
        """Change the connections, now or as soon as they exist."""
        if self._run is None:
            self._early.append(command)
        else:
            _steer(self._run, command)

    def control(self, kind: str, connections: list[int] | None) -> None:
        """Send a control message of this type on some connections (None: all) that are streaming."""
        if self._run is not None:
            self._run.control(f'{{"type":"{kind}"}}', connections)

    def stop(self, *, drain: bool) -> None:
        """Open no more streams; drain the open ones, or close all at once."""
        self._drain = drain
        if self._run is not None:
            self._run.stop(drain=drain)

    def renew_keys(self, keys: Credentials) -> None:
        """Sign with these credentials from now on."""
        self._keys = keys
        if self._transport is not None:
            self._transport.renew(keys)

    def renew_lease(self) -> None:
        """The coordinator still wants the run: its lease counts from now."""
        if self._lease is not None:
            self._lease.renew()

    def begin(self, start_s: float) -> None:
        """All workers of the run are ready: it begins at `start_s` (monotonic clock)."""
        if self._start_s is not None and not self._start_s.done():
            self._start_s.set_result(start_s)

    # ------------------------------------------------------------ carrying out

    async def carry_out(self) -> None:
        """From opening what the run needs to closing it. A run that cannot be carried out is reported as refused."""
        start, output = self._start, self._output
        loop = asyncio.get_running_loop()
        if start.workers > 1:
            self._start_s = loop.create_future()  # at once: the lease may end while the audio is being read
        take_secrets(start)
        if start.plan.connections >= MANY_STREAMS:
            run_in_turn()

        def report(problem: Problem) -> None:
            loop.call_soon_threadsafe(output.emit, Notice(t=time.monotonic() - start.origin_s, problem=problem))

        if start.recording_path is not None:
            output.recorder = Recorder(Path(os.fsdecode(start.recording_path)), report)
            output.recorder.start()
        microphone: RunMicrophone | None = None
        audio: RunAudio | DataSetAudio | None = None

        def hashed(path: str, sha256: str) -> None:
            output.record(AudioFile(t=time.monotonic() - start.origin_s, path=path, sha256=sha256))

        hashes = FileHashes(hashed)
        ending: asyncio.Task[None] | None = None
        if start.lease_s is not None:
            self._lease = Lease(start.lease_s, time.monotonic)
            ending = self._tasks.create_task(self._end_with_lease(self._lease), name="lease")
        try:
            if isinstance(start.plan.source, MicrophoneSource):
                microphone = RunMicrophone(start, output.emit, report)
                start = await microphone.open()
            audio = audio_of(start, hashes, output.emit, output.record)
            await file_work("Loading the recording", audio.open, _LOAD_MAX_S)
            await self._carry_out_run(start, audio, microphone)
        except ProblemError as error:
            output.emit(RunRefused(t=0.0, problem=error.problem))
        finally:
            self._run = self._transport = self._lease = None
            if ending is not None:
                ending.cancel()
            if audio is not None:
                audio.close()
            try:
                if microphone is not None:
                    await microphone.close()
            finally:  # also where `Quit` does not wait for it
                hashes.close(_HASHES_MAX_S)
                recorder, output.recorder = output.recorder, None
                if recorder is not None:
                    recorder.close()

    async def _carry_out_run(
        self, start: StartRun, audio: RunAudio | DataSetAudio, microphone: RunMicrophone | None
    ) -> None:
        plan = start.plan
        if isinstance(audio, RunAudio) and audio.clip is not None and isinstance(plan.source, WavSource):
            t = time.monotonic() - start.origin_s
            self._output.record(clip_reference(t, 0, audio.clip, audio.length_s, is_looped=plan.source.loop))
        timers = SharedTimers(time.monotonic)
        self._transport = SageMakerTransport(plan, self._keys, wake_ups=timers)
        self._run = run = Run(
            start,
            self._transport,
            audio.chunks,
            self._output.emit,
            words=audio.words,
            words_of=audio.words_of,
            timers=timers,
        )
        if microphone is not None:
            microphone.attach(run)
        for command in self._early:
            _steer(run, command)
        if self._drain is not None:
            run.stop(drain=self._drain)
        await run.carry_out(await self._common_start_s())

    async def _common_start_s(self) -> float | None:
        """When the run begins on the clock that several workers share; None in a run of this worker alone."""
        if self._start_s is None:
            return None
        self._output.send(RunReady())
        return await self._start_s

    async def _end_with_lease(self, lease: Lease) -> None:
        """Close all streams when the coordinator has not renewed the lease in time."""
        await lease.ended()
        self._output.emit(Notice(t=0.0, problem=problems.lease_ended()))
        self.stop(drain=False)
        self.begin(time.monotonic())  # where it has not begun, it is over before it has


def _steer(run: Run, command: Steering) -> None:
    match command:
        case SetParameters():
            run.set_parameters(command)
        case OpenConnections():
            run.open_connections(command.connections)
        case EndConnections():
            run.end_connections(command.connections)
