"""A session's report as one HTML file: no script, no external resource, light and dark, and printable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from jinja2 import Environment, StrictUndefined

from flux_desktop.base.resources import resource_path
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.evaluation.capacity.rung import interval_text
from flux_desktop.reports.documents.charts import capacity_chart, line_chart
from flux_desktop.reports.documents.report_parts import INTERVAL_NOTE, SessionReport
from flux_desktop.reports.documents.slow_turns import SlowTurn
from flux_desktop.reports.documents.turn_chart import turn_chart
from flux_desktop.reports.percentiles import ROUGH_NOTE

TEMPLATE = "report/report.html.j2"


def as_html(report: SessionReport, sounds: Mapping[int, str] | None = None) -> str:
    """The document, with `turn_sounds` on request. Raises `FileNotFoundError` where the template is missing."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(resource_path(TEMPLATE).read_text("utf-8"))
    return template.render(
        report=report,
        charts=_charts(report),
        definitions=definitions(report),
        interval_note=INTERVAL_NOTE,
        interval_text=interval_text,
        rough_note=ROUGH_NOTE,
        ms=_ms,
        sounds=sounds or {},
        turn_chart=turn_chart,
        slow_chart=_slow_chart,
        file_name=lambda path: PurePath(path).name,
    )


def definitions(report: SessionReport) -> list[tuple[str, str]]:
    """What each figure of the report means, once."""
    stated = [(figure.label, figure.definition) for figure in report.figures]
    stated += [(row.label, row.definition) for row in report.percentiles if row.definition]
    stated += [(row.label, row.meaning) for row in report.accuracy_rows if row.meaning and row.label]
    return list(dict(stated).items())


def _charts(report: SessionReport) -> dict[str, str]:
    latencies = report.latencies
    limits = {
        str(result.limit): result.limit.value
        for result in report.summary.limits
        if result.limit.metric in ("update_p95_ms", "wire_p95_ms")
    }
    return {
        "latency": line_chart(
            {"user clock p95": latencies.curve("update", 95), "wire clock p95": latencies.curve("wire", 95)},
            unit="ms",
            label="Update latency p95 over time",
            limits=limits,
        ),
        "streams": line_chart(
            {"connections streaming": _steps(latencies.streaming)}, unit="", label="Connections streaming over time"
        ),
        "experiment": line_chart(
            {"cut-offs, % of holds": report.experiment.curve},
            unit="%",
            label=report.experiment.curve_label,
            x_unit="ms of wait",
        )
        if report.experiment is not None
        else "",
        "capacity": capacity_chart(report.capacity) if report.capacity else "",
        **(_account_charts(report.summary.account) if report.summary.account is not None else {}),
    }


def _account_charts(account: AccountTimeline) -> dict[str, str]:
    return {
        "account_streams": line_chart(
            {
                "streams planned": _steps(account.planned),
                "streams connected": _steps(account.connected),
                "CloudWatch, busiest instance": list(account.cloudwatch),
            },
            unit="",
            label="Streams over time, by this run and by CloudWatch",
            limits={} if account.target is None else {"target per instance": account.target},
        ),
        "account_instances": line_chart(
            {"instances desired": _steps(account.desired), "in service": _steps(account.running)},
            unit="",
            label="Instances over time",
        ),
    }


def _slow_chart(turn: SlowTurn) -> str:
    return line_chart({"latency of each message": turn.messages}, unit="ms", label="Latency of the turn's messages")


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A step line through the points."""
    steps: list[tuple[float, float]] = []
    for t, count in points:
        if steps:
            steps.append((t, steps[-1][1]))
        steps.append((t, float(count)))
    return steps


def _ms(value: float | None) -> str:
    if value is None:
        return "–"  # noqa: RUF001 - a dash for what was not measured
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
