"""Accuracy as rows of text: rates with intervals and n, and what too little data does not decide."""

from __future__ import annotations

from flux_desktop.evaluation.statistics.intervals import once, wilson
from flux_desktop.reports.accuracy_text import accuracy_rows, clip_name, of_text, rates_text, share_text
from tests.reports.recorded_talk import small_accuracy as accuracy


def test_rates_have_their_interval_n_and_normaliser() -> None:
    rows = accuracy_rows(accuracy())
    words = {row.label: row.value for row in rows[:4]}
    assert words["WER raw"].startswith("70.0 % (95 % interval ")
    assert words["WER raw"].endswith("n = 10): 4 substituted, 2 missing, 1 extra")
    assert words["WER normalised"].startswith("40.0 % (95 % interval ")
    assert words[""] == "n counts words; by whisper-normalizer 0.1.12, English"
    assert words["perfect turns"] == "33.3 % (95 % interval 6.1\u201379.2 %, n = 3)"
    assert rows[4][:2] == ("not counted", "1 clip not sent to the end, without word times")


def test_turns_and_what_their_number_does_not_decide() -> None:
    rows = accuracy_rows(accuracy())[5:]
    shown = {row.label: row.value for row in rows}
    assert rows[0][:2] == ("reference turns", "8 in 1 conversation, 2 not judged")
    assert shown["cut-offs per hold"] == "50.0 % (95 % interval 15.0\u201385.0 %, n = 4)", "plainly above 5 %"
    few = "too few turns to decide: 1 of 8 missed; 59 without any would show less than 5 %"
    assert shown["missed ends of turn"] == few
    assert shown["decision latency"] == "p50 400 ms (no interval, n = 7)"
    assert ("", "p90 too few turns: n = 7, 29 needed") in [row[:2] for row in rows]
    assert all(row.meaning for row in rows), "each figure states its definition"
    assert shown["ends outside of turns"] == "1"
    assert shown["eager ends resumed"] == "33.3 % (95 % interval 6.1\u201379.2 %, n = 3)"
    assert shown["extra replies per turn"] == "0.12 (no interval, n = 8)"


def test_a_rate_that_decides_is_shown() -> None:
    assert share_text(wilson(0, 59), "hold", "cut off") == "0.0 % (95 % interval 0.0\u20136.1 %, n = 59)"
    assert share_text(wilson(0, 58), "hold", "cut off").startswith("too few holds to decide: 0 of 58 cut off;")


def test_a_cut_off_in_one_of_many_repeats_is_not_rounded_away() -> None:
    repeated = once(wilson(1, 40), 8)
    text = share_text(repeated, "turn", "cut off")
    assert text.startswith("too few turns to decide: 0.1 of 5 cut off;")
    assert (repeated.high or 0) > (wilson(0, 5).high or 0)
    assert of_text(once(wilson(24, 40), 8)) == "3 of 5"


def test_a_few_words() -> None:
    text = rates_text(accuracy())
    assert text.startswith("WER 70.0 % raw, 40.0 % (95 % interval ")
    assert text.endswith("n = 10) normalised")
    assert clip_name("/data/a.wav") == "a.wav"
