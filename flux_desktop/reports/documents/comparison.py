"""Two recorded runs side by side: whether they can be compared, and what changed.

result = compare_sessions(base, new, allowed)      # blocks; raises ProblemError
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.evaluation.comparing.comparison import MARGIN_PERCENT, Allowed, Compared, compare
from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate, scaled, wilson
from flux_desktop.flux.query import shown_query
from flux_desktop.reports.accuracy import RunAccuracy, read_accuracy
from flux_desktop.reports.data_identity import differing_clips, read_data_identity
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.documents.report_parts import LABELS
from flux_desktop.reports.findings import read_capacity
from flux_desktop.reports.run_result import FinalSummary, final_summary
from flux_desktop.reports.session_summary import RecordedRun, read_recorded_run

_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_LATENCIES = ("update", "wire", "end_delivery")
NAMES = (
    "completed_percent",
    *(f"{name}_{part}_ms" for name in _LATENCIES for part in _QUANTILES),
    "word_error_percent",
    "cut_offs_per_hold_percent",
    "decision_p50_ms",
)
"""Figures that can be compared; lower is better for all but the first."""


class Comparison(Struct, kw_only=True, omit_defaults=True):
    """A comparison of two sessions."""

    schema: int = 2
    base: str
    new: str
    comparable: bool
    reasons: list[str] = []
    """Why the runs cannot be compared."""
    forcible: bool = True
    """Whether the figures can be shown all the same: not of a base that proves nothing."""
    figures: list[Compared] = []
    failed: bool = False
    not_decided: bool = False
    """Nothing failed, and of an allowed change the data does not decide whether it is exceeded."""

    def verdict(self) -> str:
        """The comparison in one sentence."""
        if not self.comparable and not self.figures:
            return f"Not comparable: {'; '.join(self.reasons)}."
        failed = [str(each.allowed) for each in self.figures if each.failed]
        worse = [each.label for each in self.figures if each.finding == "worse"]
        better = [each.label for each in self.figures if each.finding == "better"]
        parts = [f"fails {', '.join(failed)}"] if failed else []
        open_changes = [str(each.allowed) for each in self.figures if each.not_decided]
        parts += [f"NOT DECIDED: {', '.join(open_changes)}"] if open_changes else []
        parts += [f"worse: {', '.join(worse)}"] if worse else []
        parts += [f"better: {', '.join(better)}"] if better else []
        undecided = [each.label for each in self.figures if each.finding == "undecided"]
        parts = parts or ["no figure is better or worse"]
        parts += [f"undecided: {', '.join(undecided)}"] if undecided else []
        text = "; ".join(parts)
        warning = f" (not comparable: {'; '.join(self.reasons)})" if not self.comparable else ""
        return f"{text[0].upper()}{text[1:]}{warning}."

    def notes(self) -> list[str]:
        """What the findings mean."""
        return [
            f"A difference within {MARGIN_PERCENT:g} % of the base, or within the allowed change where one is given, "
            "does not matter; “undecided” means that the interval includes both zero and a change that matters.",
            f"Each of the {len(self.figures)} figures is judged by its own 95 % interval: of 20 figures that have not "
            "changed, about one shows a difference by chance.",
        ]


class _Side(Struct, kw_only=True):
    recorded: RecordedRun
    summary: FinalSummary
    accuracy: RunAccuracy | None
    figures: dict[str, Estimate]
    data: dict[int, str]
    """`read_data_identity`."""
    searched: str
    """What a capacity search found; empty for other runs."""


CONDITIONS: dict[str, Callable[[_Side], object]] = {
    "kinds of runs": lambda side: side.recorded.plan.purpose,
    "data": lambda side: _data(side.recorded.plan),
    "parameters": lambda side: shown_query(side.recorded.plan.options),
    "server builds": lambda side: side.recorded.plan.bundle,
    "connections": lambda side: side.recorded.plan.connections,
    "chunk lengths": lambda side: side.recorded.plan.chunk_s,
    "streams per channel": lambda side: side.recorded.plan.streams_per_channel,
    "normalisers": lambda side: _normalisers(side.accuracy),
}
"""What must be the same on both sides, by its name."""


def compare_sessions(base: Path, new: Path, allowed: Sequence[Allowed] = (), *, force: bool = False) -> Comparison:
    """Compare two session folders. With `force`, runs of different conditions are compared all the same, unless the
    base proves nothing.

    Raises `ProblemError`: session_unreadable, limit_unknown.
    """
    unknown = [each.name for each in allowed if each.name not in NAMES]
    if unknown:
        raise ProblemError(
            Problem(
                code="limit_unknown",
                what=f"There is no figure named {unknown[0]} to compare.",
                todo=f"Use one of: {', '.join(NAMES)}.",
            )
        )
    sides = [_read(folder) for folder in (base, new)]
    no_baseline = _unusable("base", sides[0])
    reasons = [*no_baseline, *_unusable("new", sides[1]), *_differences(sides[0], sides[1])]
    result = Comparison(base=base.name, new=new.name, comparable=not reasons, reasons=reasons, forcible=not no_baseline)
    if no_baseline or (reasons and not force):
        return result
    by_name = {each.name: each for each in allowed}
    for name in NAMES:
        before, after = (side.figures.get(name, Estimate()) for side in sides)
        if before.value is None and after.value is None and name not in by_name:
            continue
        result.figures.append(
            compare(
                name,
                _label(name),
                "%" if name.endswith("_percent") else "ms",
                before,
                after,
                lower_is_better=name != "completed_percent",
                allowed=by_name.get(name),
            )
        )
    result.failed = any(each.failed for each in result.figures)
    result.not_decided = not result.failed and any(each.not_decided for each in result.figures)
    return result


def _read(folder: Path) -> _Side:
    recorded = read_recorded_run(folder)
    accuracy = read_accuracy(folder)
    summary = final_summary(recorded.result, recorded.ended, session_folder=folder.name, accuracy=accuracy)
    figures = {"completed_percent": scaled(wilson(summary.ledger.get("completed", 0), summary.planned), 100)}
    latencies = read_latencies(folder)
    for name in _LATENCIES:
        values, units = latencies.values(name)
        if values:
            for part, level in _QUANTILES.items():
                figures[f"{name}_{part}_ms"] = quantile(values, units, level)
    if accuracy is not None and accuracy.words:
        figures["word_error_percent"] = scaled(accuracy.words[0].normalised.rate, 100)
    if accuracy is not None and accuracy.turns is not None:
        figures["cut_offs_per_hold_percent"] = scaled(accuracy.turns.cut_offs_per_hold, 100)
        figures["decision_p50_ms"] = accuracy.turns.decision_latency_ms["p50"]
    return _Side(
        recorded=recorded,
        summary=summary,
        accuracy=accuracy,
        figures=figures,
        data=read_data_identity(folder),
        searched=_searched(folder),
    )


def _searched(folder: Path) -> str:
    capacity = read_capacity(folder)
    if capacity is None:
        return ""
    return "no result" if capacity.result is None else capacity.result.finding


def _unusable(name: str, side: _Side) -> list[str]:
    """Runs that prove nothing are no baseline, and no successor either."""
    if not side.recorded.is_complete:
        if side.recorded.result.ended is None:
            return [f"the {name} run was cut off"]
        return [f"a part of the {name} run's recording is missing or damaged"]
    if side.summary.interrupted:
        return [f"the {name} run was interrupted"]
    if side.summary.problem is not None:
        return [f"the {name} run did not start"]
    return [f"the {name} run is INVALID"] if side.summary.verdict == "INVALID" else []


def _differences(base: _Side, new: _Side) -> list[str]:
    """Conditions that differ, so that a change would not be the endpoint's. The endpoint itself may be another one."""
    pairs = {name: (value(base), value(new)) for name, value in CONDITIONS.items()}
    one, other = map(str, pairs["parameters"])
    pairs["parameters"] = _only_in(one, other), _only_in(other, one)
    reasons = [f"different {name} ({one} and {other})" for name, (one, other) in pairs.items() if one != other]
    is_same_data = pairs["data"][0] == pairs["data"][1]
    if is_same_data and (count := differing_clips(base.data, new.data)):
        reasons.append(f"different data (clips that have changed since: {count})")
    if base.searched and new.searched:
        reasons.append(
            "capacity searches, whose figures are of several loads together, are compared by what they found: "
            f"{base.searched} (base) and {new.searched} (new)"
        )
    return reasons


def _only_in(one: str, other: str) -> str:
    """The parameters of a query string that another one does not have."""
    return "&".join(part for part in one.split("&") if part not in other.split("&")) or "none"


def _data(plan: RunPlan) -> str:
    match plan.source:
        case WavSource():
            return f"{Path(plan.source.path).name}{', repeated' * plan.source.loop}"
        case DataSetSource():
            return f"{Path(plan.source.path).name}, seed {plan.source.seed}"
        case MicrophoneSource():
            return "microphone"


def _normalisers(accuracy: RunAccuracy | None) -> str:
    names = {name for words in (accuracy.words if accuracy else ()) for name in words.normalisers}
    return ", ".join(sorted(names)) or "none"


def _label(name: str) -> str:
    special = {
        "completed_percent": "connections completed",
        "word_error_percent": "WER, normalised",
        "cut_offs_per_hold_percent": "cut-offs per hold",
        "decision_p50_ms": "decision latency p50",
    }
    if name in special:
        return special[name]
    kind, part, _ = name.rsplit("_", 2)
    return f"{LABELS[kind]} {part}"
