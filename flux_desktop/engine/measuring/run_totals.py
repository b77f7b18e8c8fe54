"""Combines the events of several workers into those of one run; histograms are merged, percentiles never averaged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.engine.measuring.generator_limits import GeneratorLimits
from flux_desktop.engine.measuring.histogram import Histogram, ledger
from flux_desktop.engine.records.events import ConnectionEnded, Event, Histograms, Notice, RunEnded, Snapshot
from flux_desktop.engine.records.facts import LedgerClass, Percentiles, Verdict
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.pass_criteria import judge, run_figures
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.accuracy.word_errors import WordErrors

MERGE_EVERY_S = 0.4
"""Workers report their histograms once a second; with hundreds of them, merging all at each report would take longer
than that."""
ENDS_WITHOUT_WORKER = frozenset({"worker_died", "generator_lost"})
"""Codes of ends that no worker has recorded: the worker itself is gone."""
AUDIO_SILENCED = "audio_silenced"
"""Code of the notice that silence is sent instead of audio that could not be read: what follows is not as planned."""
_ALL = (*FIGURES, "loop_lag")
_FURTHER = tuple(name for name in FIGURES if name not in {"update", "wire", "pacing"})


class RunTotals:
    """Totals of all workers' events; plain state, no clock."""

    def __init__(self, plan: RunPlan, generator: GeneratorLimits | None = None) -> None:
        """`generator`: what makes a run INVALID; None for the usual limits."""
        self._generator = generator or GeneratorLimits()
        self._planned = 0 if plan.on_demand else plan.connections
        self._limits = plan.limits
        self._classes: dict[int, LedgerClass] = {}
        self._histograms: dict[int, Histograms] = {}
        self._snapshots: dict[int, Snapshot] = {}
        self._ended: dict[int, Counter[str]] = {}
        """Ends by worker."""
        self._gone: set[int] = set()
        self._died_with = 0
        """Connections that ended because an engine process did."""
        self._silenced = ""
        self._merged: dict[str, Percentiles] = {}
        self._merged_t = float("-inf")
        self._words: WordErrors | None = None
        self._retries = self._reconnects = 0

    def plan(self, connections: int) -> None:
        """Further connections of a run on demand; a negative number takes back those that have nothing to send."""
        self._planned += connections

    def take(self, event: Event, worker: int, *, alone: bool) -> Event | None:
        """Take one worker's event; returns the event for the front end, or None."""
        if isinstance(event, ConnectionEnded):
            self._classes[event.summary.conn] = event.summary.ledger
            self._ended.setdefault(worker, Counter())[event.summary.ledger.value] += 1
            if event.summary.problem is not None and event.summary.problem.code in ENDS_WITHOUT_WORKER:
                self._gone.add(worker)
                self._died_with += event.summary.problem.code == "worker_died"
            self._retries += event.summary.retries
            self._reconnects += event.summary.reconnects
            if event.summary.words is not None:
                self._words = (self._words or WordErrors()) + event.summary.words
        elif isinstance(event, Histograms):
            self._histograms[worker] = event
            if event.t - self._merged_t >= MERGE_EVERY_S:
                self._merged = {name: self._percentiles(name) for name in _ALL}
                self._merged_t = event.t
            return None
        elif isinstance(event, Notice) and event.problem.code == AUDIO_SILENCED:
            self._silenced = self._silenced or event.problem.what.rstrip(".")
        elif isinstance(event, Snapshot) and not alone:
            self._snapshots[worker] = event
            return self._joined(event)
        return event

    def ended(self, t: float, *, interrupted: bool, faults: Sequence[str] = ()) -> RunEnded:
        """The end of the run, from all events so far. `faults` of its machines make it INVALID."""
        merged = {name: self._percentiles(name) for name in _ALL}
        cpu_percent = max((event.cpu_percent for event in self._histograms.values()), default=None)
        lag = merged["loop_lag"]
        if not any(merged[name].n for name in FIGURES):  # nothing was measured that short delays could falsify
            lag = msgspec.structs.replace(lag, p99_ms=None)
        judged, reasons = self._generator.judge(merged["pacing"], lag, cpu_percent)
        if self._died_with:
            ended = amount(self._died_with, "connection")
            faults = [*faults, f"an engine process ended unexpectedly, and {ended} with it"]
        if self._silenced:
            faults = [*faults, self._silenced]
        if faults:
            judged, reasons = Verdict.INVALID, [*faults, *reasons]
        # A recording of a run on demand does not say how many were planned: those that began.
        counted = ledger(self._classes.values(), max(self._planned, len(self._classes)))
        latencies = {name: merged[name] for name in FIGURES}
        repeated = (self._retries, self._reconnects)
        limits = judge(self._limits, run_figures(counted, self._words, repeated, **latencies))
        if judged is Verdict.DONE and limits:
            reasons = [str(result) for result in limits if not result.met]
            judged = Verdict.FAIL if reasons else Verdict.PASS
        return RunEnded(
            t=t,
            verdict=judged,
            ledger=counted,
            reasons=reasons,
            limits=limits,
            update=merged["update"],
            wire=merged["wire"],
            pacing=merged["pacing"],
            figures={name: merged[name] for name in _FURTHER if merged[name].n},
            words=self._words,
            interrupted=interrupted,
        )

    def _joined(self, snapshot: Snapshot) -> Snapshot:
        """The run's snapshot, with the rows of the worker whose snapshot came last."""
        counted: dict[str, int] = {}
        for worker, each in self._snapshots.items():
            # What a worker that is gone has said last of its streams is over.
            for name, count in (self._ended[worker] if worker in self._gone else each.ledger).items():
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
            figures={name: self._merged[name] for name in _FURTHER if name in self._merged and self._merged[name].n},
            words=_sum_words(self._snapshots.values()),
            eager_gained_s=sum(each.eager_gained_s for each in self._snapshots.values()),
            unheard_s=self._unheard_s(snapshot.t),
        )

    def _unheard_s(self, t: float) -> float:
        """How long ago the worker that has been silent for longest has reported, of those that still have streams."""
        done = {worker for worker, event in self._histograms.items() if event.final} | self._gone
        return max(t - min((each.t for worker, each in self._snapshots.items() if worker not in done), default=t), 0.0)

    def _percentiles(self, name: str) -> Percentiles:
        whole = Histogram()
        for event in self._histograms.values():
            if name in event.encoded:
                whole.merge_encoded(event.encoded[name])
        return whole.percentiles()


def _sum_words(snapshots: Iterable[Snapshot]) -> WordErrors | None:
    known = [snapshot.words for snapshot in snapshots if snapshot.words is not None]
    return sum(known, WordErrors()) if known else None
