"""The ramp and the limits: as chosen, in words, on a plan, and in the window."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QMenu

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records import stages
from flux_desktop.engine.records.events import RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.ui.models.ramp import BATCHES, STAGES, Ramp, planned_seconds
from flux_desktop.ui.panels.ramp_dialog import RampDialog
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Engines, Waiting, replaying, with_sample

PLAN = RunPlan(endpoint="local", source=WavSource(path="x.wav", channel="left"), connections=12)


def test_the_choice_in_a_few_words() -> None:
    assert Ramp().words() == "all at once"
    assert Ramp(way=BATCHES).words() == "5 / 2 s"
    assert Ramp(way=STAGES, stages="10x30s, 50x60s", limits="update_p95_ms<400").words() == "10x30s,50x60s · 1 limit"
    assert Ramp(limits="update_p95_ms<400, failed==0,").words() == "all at once · 2 limits"
    assert Ramp(streams_per_channel=5).words() == "all at once · 5 streams per channel"


def test_batches_with_a_duration_hold_all_connections_for_it() -> None:
    held = Ramp(way=BATCHES).on(msgspec.structs.replace(PLAN, duration_s=30.0, source=WavSource(path="x", loop=True)))
    assert held.stages == stages.parse_stages("5x2s,10x2s,12x30s")
    assert planned_seconds(held, 29.0) == 34.0
    whole = Ramp(way=BATCHES).on(PLAN)
    assert (whole.batch_size, whole.batch_delay_s, whole.stages) == (5, 2.0, ())
    assert planned_seconds(whole, 29.0) == 33.0
    assert planned_seconds(whole, None) is None


def test_stages_say_how_many_and_how_long_and_repeat_the_recording() -> None:
    ramp_plan = Ramp(way=STAGES, stages="2x3s,4x5s,0x9s", opening_max=7, streams_per_channel=5, limits="failed==0").on(
        PLAN
    )
    assert ramp_plan.streams_per_channel == 5
    assert (ramp_plan.connections, ramp_plan.opening_max, str(ramp_plan.limits[0])) == (4, 7, "failed == 0")
    assert ramp_plan.source == WavSource(path="x.wav", loop=True, channel="left")
    assert planned_seconds(ramp_plan, 29.0) == 8.0


def test_a_plain_run_lasts_as_long_as_its_file_or_its_duration() -> None:
    assert planned_seconds(PLAN, 29.0) == 29.0
    assert planned_seconds(msgspec.structs.replace(PLAN, duration_s=60.0), 29.0) == 29.0
    assert planned_seconds(msgspec.structs.replace(PLAN, source=WavSource(path="x", loop=True)), 29.0) is None


@pytest.mark.parametrize("wrong", [{"way": STAGES, "stages": "10x"}, {"limits": "speed<4"}])
def test_what_cannot_be_read_is_a_sentence(wrong: dict[str, str]) -> None:
    ramp = Ramp(**wrong)  # type: ignore[arg-type]
    assert (ramp.stages_problem() or ramp.limits_problem()) is not None
    with pytest.raises(ProblemError):
        ramp.on(PLAN)


def dialog_of(window: MainWindow) -> RampDialog:
    return next(dialog for dialog in window.findChildren(RampDialog) if dialog.isVisible())


def test_the_dialog_explains_refuses_and_takes_over(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        bar = window.live_page.run_bar
        assert bar.ramp_button.text() == "all at once"
        bar.ramp_button.click()
        dialog = dialog_of(window)
        dialog.stages.setText("10x30s;50")
        dialog.stages.textEdited.emit("10x30s;50")
        assert dialog.ramp().way == STAGES
        assert not dialog.use_button.isEnabled()
        assert dialog.stages_words.text().startswith("The stage “10x30s;50” cannot be read. Write")
        dialog.stages.setText("1x0.5s,3x1s")
        dialog.limits.setText("hurry<4")
        assert dialog.limits_words.text() == "There is no figure named hurry."
        assert not dialog.use_button.isEnabled()
        dialog.limits.clear()
        offered = {action.text(): action for menu in dialog.findChildren(QMenu) for action in menu.actions()}
        offered["update_p95_ms: 95 % are below"].trigger()
        dialog.limits.insert("400")
        dialog.per_channel.setValue(2)
        dialog.use_button.click()
        assert bar.ramp_button.text().endswith("· 1 limit")
        assert "1x0.5s,3x1s" in bar.ramp_button.toolTip()
        assert not bar.connections.isVisible()
        window.state.changed()
        assert not bar.loop.isEnabled()
        assert bar.progress.elapsed.text() == "00:01 to stream"
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        plan = engines[0].plan
        assert plan is not None
        assert (plan.connections, plan.stages) == (3, stages.parse_stages("1x0.5s,3x1s"))
        assert plan.streams_per_channel == 2
        assert [str(limit) for limit in plan.limits] == ["update_p95_ms < 400"]
        await until(lambda: not bar.ramp_button.isEnabled(), "it cannot be changed in mid-run")
        saved_settings = settings.collect(window.state)
        assert saved_settings.choices.ramp == Ramp(
            way=STAGES, streams_per_channel=2, stages="1x0.5s,3x1s", limits="update_p95_ms<400"
        )
        bar.set_ramp(Ramp())
        settings.restore(window.state, saved_settings)
        assert window.state.choices.ramp == saved_settings.choices.ramp

    stage(engines, live)


def test_a_ramp_that_was_kept_and_cannot_be_read_is_told_at_the_start(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.live_page.run_bar.set_ramp(Ramp(way=STAGES, stages="many"))
        window.state.changed()
        window.starter.start()
        assert not window.state.run.active
        assert "The stage “many” cannot be read." in window.live_page.banners.banners()[0].problem.what

    stage(Waiting, live)


def test_elapsed_and_remaining_count_from_the_first_opening_of_a_ramp(stage: Stage) -> None:
    events = [event for event in scripted.scripted_run(2) if not isinstance(event, RunStarted | RunEnded)]
    last_t = max(getattr(event, "t", 0.0) for event in events)
    ended = RunEnded(t=last_t, verdict=Verdict.FAIL, ledger={"completed": 2}, reasons=["update_p95_ms was 320"])

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.live_page.run_bar.set_ramp(Ramp(way=STAGES, stages="1x20s,2x40s"))
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.elapsed_s() == pytest.approx(last_t - 0.2)
        window.state.changed()
        assert window.live_page.run_bar.progress.elapsed.text().endswith(" of 01:00")
        banner_text = window.live_page.banners.banners()[0].problem.sentence()
        assert banner_text.startswith("FAIL: not all limits were met.")
        assert "update_p95_ms was 320" in banner_text

    stage(replaying([*events, ended]), live)
