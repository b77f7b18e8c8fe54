"""The headline figures of a run as pills: connections, update latency, WER, pacing, and what kind of run it is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS
from flux_desktop.evaluation.statistics.intervals import percent_text
from flux_desktop.ui.models import text
from flux_desktop.ui.models.glossary import meaning
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.widgets.basics import pill, set_role

FAILURES = (
    LedgerClass.CONNECT_FAILED,
    LedgerClass.NEVER_CONNECTED,
    LedgerClass.FAILED,
    LedgerClass.GENERATOR_LOST,
    LedgerClass.NO_TRANSCRIPT,
)
"""Classes of connections that call for attention while the others go on."""


class RunHeadline:
    """Adds its pills to `row`, and hides the less important ones where the row is too narrow for all."""

    def __init__(self, row: QHBoxLayout) -> None:
        self._row = row
        self.origin_pill = pill("", "eager")
        self.origin_pill.setToolTip("Shown from a recorded session; nothing is being streamed.")
        self.recording_pill = pill("● Recording microphone", "danger")
        self.recording_pill.setToolTip(
            "Audio from the microphone is being saved in the session folder. Stop the run to end the recording."
        )
        self.streaming_pill, self.latency_pill, self.words_pill, self.pacing_pill = pill(), pill(), pill(), pill()
        self.streaming_pill.setToolTip("Connections that are streaming now, of all in this run; at its end, completed.")
        self.latency_pill.setToolTip(
            f"95 % of updates arrived within this time. {meaning('Update latency')} {meaning('User clock')}"
        )
        self.words_pill.setToolTip(meaning("WER, CER"))
        self.pacing_pill.setToolTip(
            f"How punctually this computer sends. Above {PACING_P99_MAX_MS:g} ms the figures cannot be trusted."
        )
        self._pills: tuple[QLabel, ...] = (
            self.origin_pill,
            self.recording_pill,
            self.streaming_pill,
            self.latency_pill,
            self.words_pill,
            self.pacing_pill,
        )
        for badge in self._pills:
            badge.hide()
            row.addWidget(badge)

    def show_run(self, model: RunModel, width_px: int) -> None:
        """Show a run's figures in a row that is `width_px` wide."""
        total = len(model.conversations)
        recorded = model.origin is not Origin.LIVE
        self.origin_pill.setText("Replay" if model.origin is Origin.REPLAY else "Past session")
        wanted: set[QLabel] = {self.recording_pill} if model.records_microphone else set()
        late = False
        if total:
            wanted |= {self.latency_pill, self.pacing_pill} | ({self.origin_pill} if recorded else set())
            if self._show_words(model):
                wanted.add(self.words_pill)
            if self._show_connections(model, total, recorded=recorded):
                wanted.add(self.streaming_pill)
            late = self._show_delays(model)
        self._fit(wanted, width_px, keep_pacing=late)

    def _show_words(self, model: RunModel) -> bool:
        """The error rate; returns whether there is one."""
        errors = None if model.snapshot is None else model.snapshot.words
        how = "Of ended turns so far, without case and punctuation."
        if model.accuracy is not None and model.accuracy.words:
            normalised = model.accuracy.words[0].normalised  # replaces the running count
            errors, how = normalised.errors, f"Normalised: {percent_text(normalised.rate)}."
        rate = None if errors is None else errors.rate_percent
        if errors is None or rate is None:
            return False
        self.words_pill.setText(f"{errors.label} {rate:.0f} %")
        self.words_pill.setToolTip(f"{meaning('WER, CER')} {how} Reference: {amount(errors.n, errors.unit)}.")
        return True

    def _show_connections(self, model: RunModel, total: int, *, recorded: bool) -> bool:
        """How many of the connections stream or have completed; returns whether that is known."""
        # On demand, each clip or rung has connections of its own: all so far are no number to reach.
        on_demand = model.plan is not None and model.plan.on_demand
        if model.ended is not None:
            total = sum(model.ended.ledger.values()) if on_demand else total
            completed = model.ended.ledger.get("completed", 0)
            self.streaming_pill.setText(f"{completed:,} of {total:,} completed")
            good = "quiet" if recorded else "ok"
            stopped_replay = recorded and not model.ended.ledger
            stopped = "quiet" if model.ended.interrupted and model.ended.verdict is Verdict.DONE else "danger"
            set_role(self.streaming_pill, good if completed == total or stopped_replay else stopped, "pill")
            return not stopped_replay
        streaming = model.streaming()
        failed = sum(model.ledger.get(name, 0) for name in FAILURES)
        of_all = "" if on_demand else f" of {total:,}"
        self.streaming_pill.setText(f"{streaming:,}{of_all} streaming{f' · {failed:,} failed' if failed else ''}")
        good = "ok" if streaming and (on_demand or streaming == total) and not recorded else "quiet"
        set_role(self.streaming_pill, "danger" if failed else good, "pill")
        return True

    def _show_delays(self, model: RunModel) -> bool:
        """Latency and pacing; returns whether pacing is late."""
        # As in all documents.
        stated = model.ended if model.ended is not None and model.ended.ledger else model.snapshot
        p95 = None if stated is None else stated.update.p95_ms
        self.latency_pill.setText(f"update p95 {text.milliseconds(p95)}")
        pacing = None if stated is None else stated.pacing.p99_ms
        late = pacing is not None and pacing > PACING_P99_MAX_MS
        self.pacing_pill.setText("pacing –" if pacing is None else "pacing late" if late else "pacing ok")  # noqa: RUF001
        set_role(self.pacing_pill, "danger" if late else "quiet", "pill")
        return late

    def _fit(self, wanted: set[QLabel], width_px: int, *, keep_pacing: bool) -> None:
        """Show what is wanted and has room. Qt lays out the row at each `show()`, so nothing is shown on trial."""
        self._row.invalidate()
        shown = {badge for badge in self._pills if not badge.isHidden()}
        room_px = width_px - self._row.minimumSize().width() + sum(map(self._width_px, shown))
        spare = [self.words_pill, self.latency_pill, self.streaming_pill]  # the status line counts connections, too
        for badge in spare if keep_pacing else [self.pacing_pill, *spare]:
            if sum(map(self._width_px, wanted)) <= room_px:
                break
            wanted.discard(badge)
        for badge in shown - wanted:
            badge.hide()
        for badge in wanted - shown:
            badge.show()

    def _width_px(self, badge: QLabel) -> int:
        return badge.minimumSizeHint().width() + self._row.spacing()
