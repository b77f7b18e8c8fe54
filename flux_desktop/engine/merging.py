"""From the events of several workers to those of one run: histograms are merged, percentiles never averaged."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.events import (
    Event,
    Histograms,
    LedgerClass,
    Percentiles,
    RunEnded,
    Snapshot,
    StreamEnded,
    Verdict,
)
from flux_desktop.engine.limits import broken, run_figures
from flux_desktop.engine.metrics import Histogram, ledger, verdict
from flux_desktop.engine.plan import RunPlan


class RunTotals:
    """What all workers together have told; plain state, no clock."""

    def __init__(self, plan: RunPlan) -> None:
        self._planned = plan.connections
        self._limits = plan.limits
        self._classes: dict[int, LedgerClass] = {}
        self._histograms: dict[int, Histograms] = {}
        self._snapshots: dict[int, Snapshot] = {}
        self._merged: dict[str, Percentiles] = {}

    def take(self, event: Event, worker: int, *, alone: bool) -> Event | None:
        """Take one worker's event; returns what the front end is to hear of it, or None."""
        if isinstance(event, StreamEnded):
            self._classes[event.summary.conn] = event.summary.ledger
        elif isinstance(event, Histograms):
            self._histograms[worker] = event
            self._merged = {name: self._percentiles(name) for name in ("update", "wire", "pacing", "loop_lag")}
            return None
        elif isinstance(event, Snapshot) and not alone:
            self._snapshots[worker] = event
            return self._joined(event)
        return event

    def ended(self, t: float, *, interrupted: bool) -> RunEnded:
        """The end of the run, by all that was told."""
        merged = {name: self._percentiles(name) for name in ("update", "wire", "pacing", "loop_lag")}
        cpu_percent = max((event.cpu_percent for event in self._histograms.values()), default=None)
        judged, reasons = verdict(merged["pacing"], merged["loop_lag"], cpu_percent)
        counted = ledger(self._classes.values(), self._planned)
        if judged is Verdict.DONE and self._limits:
            latencies = {name: merged[name] for name in ("update", "wire", "pacing")}
            reasons = broken(self._limits, run_figures(counted, **latencies))
            judged = Verdict.FAIL if reasons else Verdict.PASS
        return RunEnded(
            t=t,
            verdict=judged,
            ledger=counted,
            reasons=reasons,
            update=merged["update"],
            wire=merged["wire"],
            pacing=merged["pacing"],
            interrupted=interrupted,
        )

    def _joined(self, snapshot: Snapshot) -> Snapshot:
        """The run's snapshot, with the rows of the worker that just spoke."""
        counted: dict[str, int] = {}
        for each in self._snapshots.values():
            for name, count in each.ledger.items():
                counted[name] = counted.get(name, 0) + count
        empty = Percentiles()
        return msgspec.structs.replace(
            snapshot,
            ledger=counted,
            update=self._merged.get("update", empty),
            wire=self._merged.get("wire", empty),
            pacing=self._merged.get("pacing", empty),
            loop_lag=self._merged.get("loop_lag", empty),
            chunks_sent=sum(each.chunks_sent for each in self._snapshots.values()),
            messages_received=sum(each.messages_received for each in self._snapshots.values()),
            cpu_percent=max((each.cpu_percent or 0.0 for each in self._snapshots.values()), default=None),
        )

    def _percentiles(self, name: str) -> Percentiles:
        whole = Histogram()
        for event in self._histograms.values():
            whole.merge_encoded(getattr(event, name))
        return whole.percentiles()
