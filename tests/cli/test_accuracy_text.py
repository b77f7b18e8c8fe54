"""Clips and worst turns on a terminal: one line a clip, words aligned and coloured."""

from __future__ import annotations

from io import StringIO

import msgspec
from rich.console import Console

from flux_desktop.cli.accuracy_text import clip_lines, worst_lines
from flux_desktop.evaluation.accuracy.word_accuracy import worst_turns
from tests.evaluation.accuracy.test_word_accuracy import turns_of
from tests.reports.recorded_talk import small_accuracy as accuracy


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
        "  b.wav, turn 1 at 0.0 s: 3 errors in 5 words",
        "    the [-quick-]{+quiet+} brown [-fox-] [-jumps-]",
        "  a.wav, turn 2 at 10.0 s: 1 error in 2 words",
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
