"""What a server says comes onto a terminal as it is: no markup, no commands."""

from __future__ import annotations

import io
import json
import logging
import wave
from pathlib import Path

import pytest
from rich.console import Console

from flux_desktop.base.logs import CleanFormatter
from flux_desktop.base.plain_text import plain_json
from flux_desktop.base.problem import Problem
from flux_desktop.cli.live_table import LiveFigures, LiveTable
from flux_desktop.cli.main import build_parser
from flux_desktop.cli.planning import file_plan
from flux_desktop.cli.results import deliver
from flux_desktop.cli.streams import Printer
from flux_desktop.cli.terminal_run import TerminalRun
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    Notice,
    RunEnded,
    RunStarted,
    TranscriptProvenance,
)
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.flux.messages import TurnInfo as Info
from flux_desktop.flux.messages import encode
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.run_result import final_summary
from tests.engine.messages import Messages

COMMANDS = "[bold red]hi[/] \x1b[31mred\x1b]0;title\x07 \x9b2J\x85 \u202eback \x00\x08"
PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))


def silence(folder: Path) -> Path:
    """A tenth of a second."""
    with wave.open(str(folder / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(3200))
    return folder / "a.wav"


def bad(text: str) -> list[str]:
    """Characters that a terminal may obey."""
    return [char for char in text if not (char.isprintable() or char == "\n")]


def test_markup_of_rich_is_printed_as_it_is() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    table = LiveTable(console, LiveFigures(PLAN, None))
    table.print_above("[Conn 1] ✓ [bold red]hi[/] [link=https://evil.example]x[/link]")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "[Conn 1] ✓ [bold red]hi[/] [link=https://evil.example]x[/link]\n"


@pytest.mark.parametrize("flags", ["", "--json"])
def test_no_command_reaches_the_terminal(flags: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = build_parser("file").parse_args(["file", "local", "--file", str(silence(tmp_path)), *flags.split()])
    front = TerminalRun(args, file_plan(args))
    problem = Problem(code="x", what=COMMANDS, why=COMMANDS, todo=COMMANDS)
    summary = ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=problem, final_texts=[COMMANDS])
    ended = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 1})
    messages = Messages()
    events: list[Event] = [
        RunStarted(t=0.0, wall_time="", plan=PLAN, version="1", notes=[COMMANDS]),
        TranscriptProvenance(t=0.1, sources={"r": [COMMANDS]}),
        messages.received(0.2, 1, encode(Info(event="EndOfTurn", transcript=COMMANDS, turn_index=0))),
        messages.received(0.3, 1, json.dumps({"type": "Warning", "code": COMMANDS, "description": COMMANDS})),
        messages.received(0.3, 1, encode(Info(event=COMMANDS, transcript=COMMANDS))),
        Notice(t=0.4, problem=problem),
        ConnectionEnded(t=0.5, summary=summary, closed_turn=Turn(index=0, transcript=COMMANDS, ended_by="closed")),
        ended,
    ]
    for event in events:
        front._on_event(event)
    front._flush()
    deliver(args, final_summary(front._result, ended), [], Printer())
    written = capsys.readouterr()
    assert "[bold red]hi[/]" in written.out + written.err
    assert bad(written.out + written.err) == []
    if flags:
        assert json.loads(written.out)["problems"][0]["problem"]["what"] == COMMANDS, "JSON says all of it, in escapes"


def test_a_log_line_is_no_command_either() -> None:
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "one\n\ttwo %s", (COMMANDS,), None)
    line = CleanFormatter("%(message)s").format(record)
    assert bad(line.replace("\t", "")) == []
    assert line.startswith("one\n\ttwo [bold red]hi[/]")


def test_json_stays_what_it_says() -> None:
    for text in ("plain", "ü\x7f\x80\x9f\u2066\u202e\u200f"):
        escaped = plain_json(json.dumps(text, ensure_ascii=False))
        assert json.loads(escaped) == text
        assert bad(escaped) == []


def test_the_source_of_the_transcript_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = build_parser("file").parse_args(["file", "local", "--file", str(silence(tmp_path)), "--quiet"])
    front = TerminalRun(args, file_plan(args))
    note = "Whisper tiny.en transcribes the audio."
    front._on_event(RunStarted(t=0.0, wall_time="", plan=PLAN, version="1", notes=[note]))
    for sources in ({"r": ["Whisper tiny.en"]}, {"r": ["script"]}, {"q": ["script"]}):
        front._on_event(TranscriptProvenance(t=0.1, sources=sources))
    written = capsys.readouterr().err
    assert written.count("Whisper tiny.en") == 1
    assert written.count("Transcript source: script.") == 1
