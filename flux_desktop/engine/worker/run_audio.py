"""The audio of a worker's run, and what is reported of it: clips as they begin, their references, hashes of files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.audio_events import ClipAhead, ClipStarted
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import Event, Notice
from flux_desktop.engine.records.plan import DataSetSource, WavSource
from flux_desktop.engine.sending.audio_source import RunAudio
from flux_desktop.engine.sending.clip_references import clip_reference
from flux_desktop.engine.sending.data_set_audio import DataSetAudio, PlannedClip
from flux_desktop.engine.sending.file_hashes import FileHashes


def audio_of(
    start: StartRun, hashes: FileHashes, emit: Callable[[Event], None], record: Callable[[Event | None], None]
) -> RunAudio | DataSetAudio:
    """The audio of the run's connections, not opened yet; called on the loop.

    `emit` reports an event, `record` writes it into the recording alone.
    """
    loop = asyncio.get_running_loop()

    def now() -> float:
        return time.monotonic() - start.origin_s

    def report(problem: Problem) -> None:  # also called on the thread that opens the files
        loop.call_soon_threadsafe(lambda: emit(Notice(t=now(), problem=problem)))

    if isinstance(start.plan.source, WavSource):
        hashes.add(start.plan.source.path)
    if not isinstance(start.plan.source, DataSetSource):
        return RunAudio(start.plan, report)

    def clip_ahead(conn: int, planned: PlannedClip, audio_s: float, length_s: float) -> None:
        path, offset_s = str(planned.clip.path), planned.clip.offset_s
        emit(
            ClipAhead(
                t=now(),
                conn=conn,
                clip=path,
                offset_s=offset_s,
                audio_s=audio_s,
                length_s=length_s,
                channel=planned.recording.channel,
            )
        )
        hashes.add(path)

    recorded: set[int] = set()

    def clip_started(conn: int, planned: PlannedClip, audio_s: float) -> None:
        number, clip = planned.number, planned.clip
        if number not in recorded:
            recorded.add(number)
            record(clip_reference(now(), number, clip, planned.audio_s))
        emit(
            ClipStarted(
                t=now(),
                conn=conn,
                clip=str(clip.path),
                offset_s=clip.offset_s,
                audio_s=audio_s,
                number=number,
            )
        )

    return DataSetAudio(start.plan, start.connections, report, clip_started, clip_ahead)
