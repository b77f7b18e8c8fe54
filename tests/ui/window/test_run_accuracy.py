"""Accuracy after the end of a run: read in the background, put into the banner, opened as a dialog."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.ui.panels.accuracy_dialog import AccuracyDialog
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from flux_desktop.ui.window.run_accuracy import GROUP, RunAccuracyView
from flux_desktop.ui.window.run_events import RunEvents
from tests.reports.recorded_talk import begins, ended, plan, reference, said, session_of, words_of
from tests.ui.window.page_bench import PageBench
from tests.ui.window.test_run_events import ended as run_ended

CLIP = reference(0, words_of("Call Mister Dashwood", 1.0))


class Bench:
    """The view and the events of one run, recorded in `session`."""

    def __init__(self, bench: PageBench, theme: ThemeSource, session: Path | None) -> None:
        self.page = bench
        self.view = RunAccuracyView(bench.page, bench.state, theme, bench.page.banners, bench.tasks)
        preview = MicrophonePreview(bench.state, bench.page.sound_panel.microphone, bench.page.banners, bench.tasks)
        self.events = RunEvents(bench.state, bench.page, bench.controller, preview, self.view)
        bench.start().session_folder = session

    @property
    def why(self) -> str:
        return self.page.page.banners.banners()[0].problem.why

    @property
    def actions(self) -> list[str]:
        return list(self.page.page.banners.banners()[0].buttons)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return session_of(tmp_path, plan(), CLIP, begins(0, 0.0), *said("Call Mr. Dashboard", 1.3, 3.0), ended(10.0, 12.0))


async def test_the_banner_gains_the_accuracy(bench: PageBench, theme: ThemeSource, session: Path) -> None:
    run = Bench(bench, theme, session)
    run.events.take(run_ended())
    assert run.actions == ["Report…", "Show in folder"]
    await bench.settled(GROUP)
    assert bench.banners == ["summary"]
    assert "WER 66.7 % raw, 33.3 % (no interval, n = 3) normalised" in run.why
    assert run.actions == ["Accuracy…", "Report…", "Show in folder"]
    run.view.show()
    [dialog] = bench.page.findChildren(AccuracyDialog)
    assert "dashboard" in dialog.worst.toPlainText()
    dialog.close()


async def test_a_closed_banner_stays_closed(bench: PageBench, theme: ThemeSource, session: Path) -> None:
    run = Bench(bench, theme, session)
    run.events.take(run_ended())
    bench.page.banners.clear()
    await bench.settled(GROUP)
    assert bench.banners == []
    assert bench.state.run.accuracy is not None, "the menu still opens it"


async def test_the_accuracy_of_an_earlier_run_is_not_shown(bench: PageBench, theme: ThemeSource, session: Path) -> None:
    run = Bench(bench, theme, session)
    run.events.take(run_ended())
    bench.state.run.reset(plan())
    await bench.settled(GROUP)
    assert bench.state.run.accuracy is None


async def test_without_references_the_menu_says_what_is_needed(
    bench: PageBench, theme: ThemeSource, tmp_path: Path
) -> None:
    run = Bench(bench, theme, session_of(tmp_path, plan(), *said("hello", 1, 2), ended(3, 4)))
    run.events.take(run_ended())
    await bench.settled(GROUP)
    assert run.actions == ["Report…", "Show in folder"]
    run.view.show()
    assert bench.banners == ["no_accuracy", "summary"]
    assert bench.page.findChildren(AccuracyDialog) == []


async def test_a_folder_that_is_gone_leaves_the_summary_as_it_is(
    bench: PageBench, theme: ThemeSource, tmp_path: Path
) -> None:
    run = Bench(bench, theme, tmp_path / "gone")
    run.events.take(run_ended())
    await bench.settled(GROUP)
    assert bench.banners == ["summary"]
    assert bench.problems == []
