"""The report of a sweep as text: every figure with n and interval, or why there is none."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.cli.sweep_text import figure_lines, report_lines
from flux_desktop.evaluation.statistics.intervals import percent_text
from flux_desktop.evaluation.thresholds.presets import PresetLimit
from flux_desktop.evaluation.thresholds.sweep_report import sweep_report
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.confirm import compared
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip

CLIPS = [random_clip(f"clip {seed}", seed) for seed in range(8)]
RECORDED = [played(clip, HIGHEST) for clip in CLIPS]


def test_a_report_in_reading_order() -> None:
    setting = Setting(eot=0.8, eager=0.4)
    report = sweep_report(RECORDED, current=setting, endpoint="e", notes=["a remark"])
    confirmed = compared(setting, [played(clip, setting) for clip in CLIPS], RECORDED)
    assert confirmed is not None
    text = "\n".join(report_lines(replace(report, confirmed=[confirmed])))
    assert "16 turns with" in text
    assert "Cut-offs: share of the holds" in text
    assert "After the first decision within a turn, its holds and its end are not judged." in text
    assert "in 8 clips, recorded once at 1.00 · eager off · 10 s" in text
    assert "Current setting 0.80 · eager 0.40 · 5 s" in text
    assert "fast (at most 10 % cut off)" in text
    assert "A fixed silence on this data: 500 ms:" in text
    assert "Published (livekit/eot-bench, English, 2026-11): LiveKit v1 543 ms at 5 %" in text
    assert "replay error" in text
    assert "0 different" in text
    live, by_replay = (percent_text(each.cut_offs_per_turn) for each in (confirmed.live, confirmed.replayed))
    assert f"  cut off, of turns     live {live}; replay {by_replay}" in text
    assert text.endswith("Note: a remark")
    assert any("extra replies per turn" in line for line in figure_lines(confirmed.live))


def test_a_preset_states_cut_offs_of_holds_and_of_turns() -> None:
    report = sweep_report(RECORDED, current=Setting(), endpoint="e", limits=[PresetLimit("any", 0.9)])
    lines = report_lines(report)
    (place,) = [n for n, line in enumerate(lines) if line.startswith("  any (at most 90 % cut off): ")]
    assert [line[:23] for line in lines[place + 1 : place + 3]] == [
        "    cut off, of holds  ",
        "    cut off, of turns  ",
    ]
    assert "n = 16)" in lines[place + 2]


def test_a_report_of_nothing_says_so() -> None:
    sentence, why = report_lines(sweep_report([], current=Setting(), endpoint="e", notes=["It is empty."]))[1:]
    assert sentence.startswith("This data does not decide anything")
    assert why == "Note: It is empty."


def test_cut_offs_outside_of_holds_are_stated_beside_the_share_of_the_holds() -> None:
    report = sweep_report(RECORDED, current=Setting(), endpoint="e", limits=[PresetLimit("any", 0.9)])
    assert report.current_figures is not None
    for count, shown in ((0, []), (1, ["1 time"]), (9, ["9 times"])):
        figures = replace(report.current_figures, cut_offs_in_speech=count)
        presets = [replace(preset, figures=figures) for preset in report.presets]
        lines = report_lines(replace(report, current_figures=figures, presets=presets))
        stated = [line.split("outside of holds")[1].strip() for line in lines if "outside of holds" in line]
        assert stated == shown * 2, "of the current setting and of the preset"
