"""Tests of the charts of a report."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.rung import Judgement, Measured, RungOutcome
from flux_desktop.reports.documents.charts import HEIGHT, WIDTH, capacity_chart, line_chart

LIMIT = Criterion("wire", 95, 400)


def test_lines_stay_within_the_chart_and_names_are_escaped() -> None:
    points = [(0.0, 1.0), (10.0, 500.0), (20.0, 20.0)]
    chart = line_chart({"<b>": points}, unit="ms", label='a "label"', limits={"x < 400": 400.0})
    root = ET.fromstring(chart)  # noqa: S314 - our own text
    (line,) = root.findall("polyline")
    pairs = [tuple(map(float, pair.split(","))) for pair in line.get("points", "").split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in pairs)
    assert pairs[1][1] < pairs[2][1] < pairs[0][1]
    assert "<b>" in [each.text for each in root.iter("text")]
    ticks = [each.text for each in root.iter("text") if (each.text or "").replace(".", "").isdigit()]
    assert "200" in ticks


def test_without_points_there_is_no_chart() -> None:
    assert line_chart({"a": []}, unit="ms", label="x") == ""
    assert capacity_chart(CapacityReport()) == ""


def test_verdicts_have_shapes() -> None:
    def rung(streams: int, judgement: Judgement, value: float) -> RungOutcome:
        measured = Measured(criterion=LIMIT, value_ms=value, low_ms=value - 5, high_ms=value + 5, n=100)
        return RungOutcome(streams=streams, judgement=judgement, measured=(measured,))

    rungs = [rung(16, "PASS", 50), rung(32, "FAIL", 9000), rung(24, "UNDECIDED", 400), rung(20, "INVALID", 60)]
    root = ET.fromstring(capacity_chart(CapacityReport(criteria=(LIMIT,), rungs=rungs)))  # noqa: S314
    assert len(root.findall("circle")) == 1
    assert len(root.findall("rect")) == 1
    assert {each.get("class") for each in root.findall("path")} == {"fail", "undecided"}
