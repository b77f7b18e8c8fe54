"""Probing from the window, and what the result changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flux_desktop.engine.records.plan import RunPlan, WavSource, plan_problems
from flux_desktop.flux.probe_findings import Finding, ProbeReport
from flux_desktop.reports import probe_store
from flux_desktop.reports.probe_store import load_probe
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.endpoint_prober import GROUP, STORED, EndpointProber
from tests.reports.test_probe_text import report
from tests.ui.window.page_bench import PageBench

ENDPOINT = "flux-en-prod"


async def quick(plan: RunPlan, *, on_finding: Callable[[Finding], None]) -> ProbeReport:
    assert plan.endpoint == ENDPOINT
    assert not plan_problems(plan)
    assert isinstance(plan.source, WavSource)
    assert plan.source.path.endswith("conversation.wav")
    for each in report().findings:
        on_finding(each)
    return report()


async def endless(_plan: RunPlan, *, on_finding: Callable[[Finding], None]) -> ProbeReport:
    on_finding(report().findings[0])
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(probe_store, "probes_folder", lambda: tmp_path)
    return tmp_path


def choose(bench: PageBench) -> None:
    bench.state.endpoints.account = [EndpointEntry(ENDPOINT, "")]
    bench.state.choices.endpoint = ENDPOINT
    bench.state.changed()


async def test_what_a_build_refuses_is_disabled_everywhere_and_kept(bench: PageBench, theme: ThemeSource) -> None:
    prober = EndpointProber(bench.state, theme, bench.tasks, quick)
    choose(bench)
    assert bench.state.build.offers("numerals") is None
    dialog = prober.show(ENDPOINT, bench.page)
    dialog.probe_button.click()
    await bench.settled(GROUP)
    assert dialog.table.rowCount() == 5
    assert bench.state.build.offers("numerals") is False
    assert bench.state.build.offers("profanity_filter") is True
    assert bench.state.build.controls["Configure"] is False
    assert load_probe(ENDPOINT, "us-east-1") == report()
    dialog.close()

    other = EndpointProber(bench.state, theme, bench.tasks, quick)
    bench.state.probes.clear()
    bench.state.changed()
    await bench.settled(STORED)
    assert bench.state.build.offers("numerals") is False, "read again when the endpoint is chosen"
    assert other.show(ENDPOINT, bench.page).table.rowCount() == 5


async def test_cancel_keeps_nothing(bench: PageBench, theme: ThemeSource) -> None:
    prober = EndpointProber(bench.state, theme, bench.tasks, endless)
    choose(bench)
    dialog = prober.show(ENDPOINT, bench.page)
    dialog.probe_button.click()
    assert dialog.probing
    dialog.probe_button.click()
    await bench.settled(GROUP)
    assert "Cancelled" in dialog.state.text()
    assert bench.state.probes == {}
    dialog.probe_button.click()
    dialog.close()
    await bench.settled(GROUP)


async def test_no_probe_disturbs_a_run(bench: PageBench, theme: ThemeSource) -> None:
    prober = EndpointProber(bench.state, theme, bench.tasks, endless)
    choose(bench)
    bench.start()
    dialog = prober.show(ENDPOINT, bench.page)
    dialog.probe_button.click()
    assert "A run is in progress" in dialog.state.text()
    assert not bench.tasks.running(GROUP)
