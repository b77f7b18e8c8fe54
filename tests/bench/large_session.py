"""A session of many connections for an hour, written by the real recorder, and what it takes to open it.

    .venv/bin/python -m tests.bench.large_session [--connections 100] [--minutes 60] [FOLDER]

The messages are those of the bundled conversation. Prints the size, the time of the digest, and time and memory of
opening the session as the window does, in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.recording_file import RUN_FILE, open_recording, recording_files, worker_file
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Received,
    RunEnded,
    RunStarted,
    Snapshot,
    encode_event,
)
from flux_desktop.engine.records.facts import (
    ConnectionRow,
    ConnectionState,
    ConnectionSummary,
    LedgerClass,
    Percentiles,
    Verdict,
)
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.flux.messages import Word
from flux_desktop.flux.turns import Turn, TurnState
from flux_desktop.reports.sessions.digest import DIGEST_FILE, write_digest
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.services.mailbox import Mailbox
from flux_desktop.ui.services.past_messages import PastMessages
from flux_desktop.ui.services.past_run import _merged, read_past_run
from flux_desktop.ui.services.replay import ReplayEngine
from flux_desktop.ui.services.tasks import UiTasks
from tests.ui.scripted import SENTENCES

UPDATE_S = 0.24
_RNG = random.Random(22)


def connection(conn: int, seconds: float) -> Iterator[Event]:
    """The messages of one connection."""
    yield ConnectionChanged(t=0.01 * conn, conn=conn, state=ConnectionState.STREAMING, request_id=f"{conn:08x}-11ed")
    t, index, sequence, texts = 1.0 + 0.01 * conn, 0, 0, list[str]()
    while t < seconds:
        words = _RNG.choice(SENTENCES).split()
        start_s = t
        for count in range(1, len(words) + 3):
            t, sequence = t + UPDATE_S, sequence + 1
            spoken_words = words[:count]
            is_end = count == len(words) + 2
            kind = "EndOfTurn" if is_end else "EagerEndOfTurn" if count == len(words) + 1 else "Update"
            kind = "StartOfTurn" if count == 1 else kind
            yield _message(t, conn, kind, index, sequence, start_s, spoken_words)
        texts.append(" ".join(words))
        index += 1
        for _ in range(3):
            t, sequence = t + UPDATE_S, sequence + 1
            yield _message(t, conn, "Update", index, sequence, t, [])
    figures = Percentiles(n=sequence, p50_ms=88.0, p95_ms=120.0, p99_ms=150.0, max_ms=210.0)
    summary = ConnectionSummary(
        conn=conn, ledger=LedgerClass.COMPLETED, turns=index, final_texts=texts, update=figures, audio_s=seconds
    )
    yield ConnectionEnded(t=t + 0.5, summary=summary)


def _message(
    t: float, conn: int, kind: str, index: int, number: int, start_s: float, spoken_words: list[str]
) -> Received:
    sure = round(_RNG.random(), 3)
    words = [Word(word=word, confidence=round(_RNG.uniform(0.5, 1), 3)) for word in spoken_words]
    body = {
        "type": "TurnInfo",
        "request_id": f"{conn:08x}-941f-422b-8490-88ea6df51848",
        "event": kind,
        "turn_index": index,
        "audio_window_start": round(start_s, 2),
        "audio_window_end": round(t, 2),
        "transcript": " ".join(spoken_words),
        "words": [{"word": word.word, "confidence": word.confidence} for word in words],
        "end_of_turn_confidence": sure,
        "sequence_id": number,
    }
    turn = Turn(index=index, transcript=" ".join(spoken_words), start_s=start_s, end_s=t, words=words, confidence=sure)
    turn.ended_by = "model" if kind == "EndOfTurn" else None
    latency_ms = round(60 + _RNG.gammavariate(2, 15), 3)
    return Received(
        t=t + latency_ms / 1000,
        conn=conn,
        type="TurnInfo",
        text=json.dumps(body, separators=(",", ":")),
        turn_event=kind,
        turn=turn if spoken_words else None,
        turn_state=TurnState.SPEAKING if spoken_words else TurnState.READY,
        eot_confidence=sure,
        user_latency_ms=latency_ms,
        wire_latency_ms=round(latency_ms - 7.2, 3),
    )


def snapshots(connections: int, seconds: float) -> Iterator[Event]:
    """Ten a second, each with a tenth of the rows."""
    for tick in range(1, int(seconds * 10)):
        figures = Percentiles(n=tick * 40, p50_ms=90.0 + tick % 7, p95_ms=130.0 + tick % 11, p99_ms=150.0, max_ms=210.0)
        yield Snapshot(
            t=tick / 10,
            ledger={"streaming": connections},
            rows=[
                ConnectionRow(
                    conn=conn,
                    state=ConnectionState.STREAMING,
                    turns=tick // 60,
                    request_id=f"{conn:08x}-11ed",
                    text=SENTENCES[tick % 5][: tick % 60],
                    update_latency_ms=80.0 + (tick * conn) % 37,
                    update_p50_ms=88.0,
                    update_p95_ms=120.0,
                    pacing_p99_ms=2.1,
                    chunks_sent=tick,
                    position_s=tick / 10,
                )
                for conn in range(1, connections + 1)
                if conn % 10 == tick % 10
            ],
            update=figures,
            wire=figures,
            pacing=figures,
            loop_lag=figures,
            figures={"end_of_turn": figures, "connect": figures},
            chunks_sent=tick * connections,
            messages_received=tick * connections // 3,
            cpu_percent=31.4,
        )


def record(parent: Path, connections: int, minutes: float) -> Path:
    """Write such a session; a worker's lines are in the order of time."""
    seconds = minutes * 60
    plan = RunPlan(endpoint="local", source=WavSource(path="conversation.wav", loop=True), connections=connections)
    folder = create_session(parent, RunStarted(t=0.0, wall_time="2026-11-01T10:00:00+00:00", plan=plan, version="1"))
    recorder = Recorder(folder / worker_file(1), print)
    recorder.start()
    streams = [connection(conn, seconds) for conn in range(1, connections + 1)]
    waiting = {number: next(stream, None) for number, stream in enumerate([*streams, snapshots(connections, seconds)])}
    sources = [*streams, snapshots(connections, seconds)]
    next(sources[-1])
    raw_bytes = count = 0
    for moment in range(int(seconds) + 30):
        due: list[Event] = []
        for number, source in enumerate(sources):
            while (event := waiting[number]) is not None and getattr(event, "t", 0.0) < moment:
                due.append(event)
                waiting[number] = next(source, None)
        for event in sorted(due, key=lambda each: getattr(each, "t", 0.0)):
            line = encode_event(event)
            raw_bytes, count = raw_bytes + len(line), count + 1
            recorder.write(line)
        while len(recorder._lines) > 20_000:
            time.sleep(0.01)
    recorder.close(timeout_s=600)
    figures = Percentiles(n=count, p50_ms=88.0, p95_ms=120.0, p99_ms=150.0, max_ms=210.0)
    own = Recorder(folder / RUN_FILE, print)
    own.start()
    ended = RunEnded(
        t=seconds + 30, verdict=Verdict.DONE, ledger={"completed": connections}, update=figures, wire=figures
    )
    own.write(encode_event(ended))
    own.close()
    packed = sum(path.stat().st_size for path in recording_files(folder))
    ratio = raw_bytes / packed
    print(f"{count:,} events, {raw_bytes / 1e6:.0f} MB as text, {packed / 1e6:.0f} MB recorded: 1/{ratio:.1f}")
    return folder


def _most_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def opened(folder: Path, *, whole: bool = False) -> None:
    """Open as the window does, without its widgets; prints time and memory."""
    Path("/proc/self/clear_refs").write_text("5")  # else the peak would be that of the process that started this one
    base_mb = _most_mb()
    began_s, began_cpu_s = time.monotonic(), time.process_time()

    async def open_it() -> None:
        past = read_past_run(folder)
        if whole:
            past = msgspec.structs.replace(past, events=list(_merged(folder, past.plan)), digest=None)
        read_s = time.monotonic() - began_s
        model, mailbox = RunModel(), Mailbox()
        model.reset(past.plan)
        messages = PastMessages(model, UiTasks(print), int)
        messages.begin(past.digest)
        await ReplayEngine(mailbox.put, past.events, 0.0).run(past.plan)
        while (event := mailbox.take()) is not None:
            model.feed(event)
        shown_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
        messages.run_shown()
        tab_s = time.monotonic()
        await messages.loaded([1])
        tab_s = time.monotonic() - tab_s
        most_mb = _most_mb()
        cards = len(model.conversation(1).cards)
        print(
            f"opened in {shown_s:.2f} s ({read_s:.2f} s of reading, {cpu_s:.2f} s of CPU); a connection's "
            f"{cards} turns in {tab_s:.2f} s; {most_mb:.0f} MB at most, {base_mb:.0f} MB of them before"
        )

    asyncio.run(open_it())


def main() -> None:
    """Write, or open, one session."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="a session to open; without it one is written")
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--whole", action="store_true", help="read every message, as before there were digests")
    options = parser.parse_args()
    if options.folder:
        opened(Path(options.folder), whole=options.whole)
        return
    with tempfile.TemporaryDirectory() as parent:
        folder = record(Path(parent), options.connections, options.minutes)
        began_s = time.process_time()
        for path in recording_files(folder):
            with open_recording(path) as file:
                while file.read(2**20):
                    pass
        print(f"inflating it takes {time.process_time() - began_s:.1f} s of CPU")
        began_s = time.process_time()
        write_digest(folder)
        size_mb = (folder / DIGEST_FILE).stat().st_size / 1e6
        print(f"its digest: {time.process_time() - began_s:.1f} s of CPU, {size_mb:.1f} MB")
        subprocess.run([sys.executable, "-m", "tests.bench.large_session", str(folder)], check=True)


if __name__ == "__main__":
    main()
