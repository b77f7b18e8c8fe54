"""What is observed beside the streams of a run: where its transcripts come from, and the account that it is in.

Runs on the front end's event loop, away from the workers that pace the audio.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from flux_desktop.engine.records.events import Event, Notice, TranscriptProvenance
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import account_watch, transcript_provenance
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo


class RunObservers:
    """Observes one run; `info` is the built-in endpoint's, None for a run on another one.

    `now` gives the run's time in seconds. Without a session `folder` the account is not observed.
    """

    def __init__(
        self,
        plan: RunPlan,
        info: LocalEndpointInfo | None,
        folder: Path | None,
        report: Callable[[Event], None],
        now: Callable[[], float],
    ) -> None:
        self._plan = plan
        self._info = info
        self._folder = folder
        self._report = report
        self._now = now
        self._ended = asyncio.Event()
        self._provenance: asyncio.Task[None]
        self._account: asyncio.Task[None]

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Observe until `end`; `tasks` owns the tasks."""
        self._provenance = tasks.create_task(self._watch_provenance(), name="transcript provenance")
        self._account = tasks.create_task(self._watch_account(), name="account")

    async def end(self) -> None:
        """The run is over: wait a moment for a last look at the account."""
        self._provenance.cancel()
        self._ended.set()
        await asyncio.wait({self._account}, timeout=account_watch.LAST_LOOK_MAX_S)
        self._account.cancel()

    async def _watch_provenance(self) -> None:
        if self._info is not None:
            await transcript_provenance.watch(
                self._info, lambda sources: self._report(TranscriptProvenance(t=self._now(), sources=sources))
            )

    async def _watch_account(self) -> None:
        if self._folder is not None and account_watch.is_watched(self._plan, self._info):
            await account_watch.watch(
                self._plan,
                self._info,
                self._folder,
                time.time() - self._now(),
                self._ended,
                lambda problem: self._report(Notice(t=self._now(), problem=problem)),
            )
