"""Accuracy as lines of text: rates with intervals and n, what too little data does not decide, aligned words."""

from __future__ import annotations

from io import StringIO

import msgspec
from rich.console import Console

from flux_desktop.cli.accuracy_text import accuracy_rows, clip_lines, share_text, worst_lines
from flux_desktop.evaluation.intervals import wilson
from flux_desktop.evaluation.turn_figures import turn_figures
from flux_desktop.evaluation.word_accuracy import word_accuracy, worst_turns
from flux_desktop.reports.accuracy import ClipAccuracy, RunAccuracy
from tests.evaluation.test_turn_scoring import ten_turns
from tests.evaluation.test_word_accuracy import turns_of

TEXTS = [
    *turns_of("/data/a.wav", ("One cat sat.", "one cat sat"), ("A dog", "a dog dog")),
    *turns_of("/data/b.wav", ("the quick brown fox jumps", "the quiet brown")),
]


def accuracy() -> RunAccuracy:
    scores = [ten_turns()]
    return RunAccuracy(
        words=word_accuracy(TEXTS),
        turns=turn_figures(scores),
        clips=[
            ClipAccuracy(clip="/data/a.wav", times=2, words=word_accuracy(TEXTS[:2]), turns=turn_figures(scores)),
            ClipAccuracy(clip="/data/b.wav", times=1, words=word_accuracy(TEXTS[2:])),
        ],
        connections=[],
        worst=worst_turns(TEXTS),
        partly_sent=1,
    )


def test_rates_have_their_interval_n_and_normaliser() -> None:
    rows = accuracy_rows(accuracy())
    words = dict(rows[:4])
    assert words["WER raw"].startswith("70.0 % (95 % interval ")
    assert words["WER raw"].endswith("n = 10): 4 substituted, 2 missing, 1 extra")
    assert words["WER normalised"].startswith("40.0 % (95 % interval ")
    assert words[""] == "n counts words; by whisper-normalizer 0.1.12, English"
    assert words["perfect turns"] == "33.3 % (95 % interval 6.1\u201379.2 %, n = 3)"
    assert rows[4] == ("not counted", "1 clip not sent to the end, without word times")


def test_turns_and_what_their_number_does_not_decide() -> None:
    rows = accuracy_rows(accuracy())[5:]
    shown = dict(rows)
    assert rows[0] == ("reference turns", "8 in 1 conversation, 2 not judged")
    assert shown["cut-offs per hold"] == "50.0 % (95 % interval 15.0\u201385.0 %, n = 4)", "plainly above 5 %"
    few = "too few turns to decide: 1 of 8 missed; 59 without any would show less than 5 %"
    assert shown["missed ends of turn"] == few
    assert shown["decision latency"] == "p50 400 ms (no interval, n = 7)"
    assert ("", "p90 too few turns: n = 7, 29 needed") in rows
    assert shown["ends outside of turns"] == "1"
    assert shown["eager ends resumed"] == "33.3 % (95 % interval 6.1\u201379.2 %, n = 3)"
    assert shown["extra replies per turn"] == "0.12 (no interval, n = 8)"


def test_a_rate_that_decides_is_shown() -> None:
    assert share_text(wilson(0, 59), "hold", "cut off") == "0.0 % (95 % interval 0.0\u20136.1 %, n = 59)"
    assert share_text(wilson(0, 58), "hold", "cut off").startswith("too few holds to decide: 0 of 58 cut off;")


def test_clips_have_a_line_each() -> None:
    title, first, second = clip_lines(accuracy())[1:]
    assert title.strip() == "Clips (normalised, 95 % interval over the turns of the clip), 2:"
    assert first.startswith("  a.wav   ")
    assert first.endswith("2 of 4 holds cut off, 1 of 8 turns missed, sent 2 times")
    assert "WER 60.0 %" in second
    assert clip_lines(msgspec.structs.replace(accuracy(), clips=accuracy().clips[:1])) == []


def test_many_clips_are_those_with_the_highest_rate() -> None:
    [good, bad] = accuracy().clips
    many = msgspec.structs.replace(accuracy(), clips=[*[good] * 40, bad])
    lines = clip_lines(many)
    assert lines[1].strip() == (
        "Clips (normalised, 95 % interval over the turns of the clip), 41, of which the 30 with the highest rate:"
    )
    assert lines[2].startswith("  b.wav")
    assert len(lines) == 32


def test_the_worst_turns_are_aligned() -> None:
    lines = [text.plain for text in worst_lines(accuracy().worst)]
    assert lines[2:] == [
        "  b.wav, turn 1 at 0.0 s: 3 of 5 words",
        "    the [-quick-]{+quiet+} brown [-fox-] [-jumps-]",
        "  a.wav, turn 2 at 10.0 s: 1 of 2 words",
        "    a dog {+dog+}",
    ]
    assert worst_lines([]) == []


def test_errors_are_coloured_on_a_terminal() -> None:
    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=200)
    console.print(worst_lines(accuracy().worst)[3])
    assert "\x1b[31m[-quick-]\x1b[0m\x1b[32m{+quiet+}\x1b[0m" in out.getvalue()


def test_recognised_escapes_do_not_reach_the_terminal() -> None:
    [*_, line] = worst_lines(worst_turns(turns_of("a", ("red", "red\x1b[31mgreen"))))
    assert "\x1b" not in line.plain
