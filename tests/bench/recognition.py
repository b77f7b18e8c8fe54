"""Latency of recognition in the built-in endpoint with 1, 2, 4 and 8 different live streams: prints a table.

Usage: python -m tests.bench.recognition [NUMBER OF STREAMS …]

Each stream is the bundled recording at real-time pace from another turn on and at another level, so that none shares a
decode. Delivery is when a message arrives, less the end of the audio that it is about. Needs Linux (/proc) and a
machine with nothing else to do; the processor use of all others is printed beside the figures.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

from flux_desktop.aws.wire.event_stream import payload_part
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.local_endpoint.recognition.whisper.stable_words import comparable
from tests.bench.process_figures import busy_percent
from tests.local_endpoint.conftest import Info, running_endpoint
from tests.local_endpoint.wire_client import WireClient

CHUNK_S, CHUNK_BYTES = 0.08, 2560
TURN_STARTS_S = (0.0, 7.5, 11.5, 17.6, 24.8)
TAIL_S = 2.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class StreamFigures(NamedTuple):
    """One stream's figures: delays in seconds, counts of words."""

    updates_s: list[float]
    ends_s: list[float]
    retracted: int
    final_words: int
    interim_changes: int


def audio_of(number: int) -> bytes:
    """The recording from another turn on, 6 % quieter for each stream, with silence after it."""
    with wave.open(str(resource_path(SAMPLE_RECORDING)), "rb") as reader:
        samples = np.frombuffer(reader.readframes(reader.getnframes()), "<i2")
    start = int(TURN_STARTS_S[number % len(TURN_STARTS_S)] * 16_000)
    turned = np.concatenate([samples[start:], samples[:start]]) * 0.94**number
    return turned.astype("<i2").tobytes() + bytes(int(TAIL_S * 32_000))


def stream(info: Info, number: int, figures: list[StreamFigures]) -> None:
    """Send at real-time pace and take the figures of all messages."""
    audio = audio_of(number)
    with WireClient(info) as client:
        client.wait_for("Connected")
        start_s, seen = time.monotonic(), len(client.messages)
        received: list[tuple[float, dict[str, object]]] = []

        def take(until_s: float) -> None:
            nonlocal seen
            while (left_s := until_s - time.monotonic()) > 0:
                client._pump(left_s)
                now_s = time.monotonic() - start_s
                messages = client.messages
                received.extend((now_s, message) for message in messages[seen:])
                seen = len(messages)

        for chunk in range(len(audio) // CHUNK_BYTES):
            take(start_s + (chunk + 1) * CHUNK_S)
            client.send(payload_part(audio[chunk * CHUNK_BYTES : (chunk + 1) * CHUNK_BYTES], "BINARY"))
        take(time.monotonic() + 3.0)
    figures.append(figures_of(received))


def figures_of(received: list[tuple[float, dict[str, object]]]) -> StreamFigures:
    """Delays and taken back words of one stream's messages with their times of arrival."""
    updates_s, ends_s, shown, retracted, finals, changes = [], [], [], 0, 0, 0
    for arrived_s, message in received:
        if message["type"] != "TurnInfo":
            continue
        delay_s = arrived_s - float(message["audio_window_end"])  # type: ignore[arg-type]
        texts = [comparable(word["word"]) for word in message["words"]]  # type: ignore[attr-defined]
        same = next((n for n, pair in enumerate(zip(shown, texts, strict=False)) if pair[0] != pair[1]), None)
        same = min(len(shown), len(texts)) if same is None else same
        retracted += max(0, len(shown) - same) if texts or message["event"] == "EndOfTurn" else 0
        changes += texts != shown
        shown = texts
        if message["event"] == "EndOfTurn":
            ends_s.append(delay_s)
            finals += len(texts)
            shown = []
        elif message["event"] == "Update":
            updates_s.append(delay_s)
    return StreamFigures(updates_s, ends_s, retracted, finals, changes)


def process_figures(pid: int) -> tuple[float, float]:
    """Seconds of processor time and resident megabytes of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(count: int) -> str:
    """One line of the table for `count` streams."""
    figures: list[StreamFigures] = []
    with running_endpoint("--recogniser", "whisper", "--max-decodes", str(count)) as info:
        threads = [threading.Thread(target=stream, args=(info, number, figures)) for number in range(count)]
        began_s = time.monotonic()
        for thread in threads:
            thread.start()
        time.sleep(20)
        pid = int(Path(f"/proc/{info['process'].pid}/task/{info['process'].pid}/children").read_text().split()[0])
        cpu_s, resident_mb = process_figures(pid)
        cores = cpu_s / (time.monotonic() - began_s)
        for thread in threads:
            thread.join()
    updates_s = np.array([delay_s for each in figures for delay_s in each.updates_s])
    ends_s = np.array([delay_s for each in figures for delay_s in each.ends_s])
    changes = sum(each.interim_changes for each in figures) / count
    retracted = 100 * sum(each.retracted for each in figures) / max(1, sum(each.final_words for each in figures))
    return (
        f"{count:7} {np.median(updates_s):8.2f} {np.quantile(updates_s, 0.95):8.2f} {np.median(ends_s):8.2f} "
        f"{np.quantile(ends_s, 0.95):8.2f} {len(ends_s):6} {changes:9.0f} "
        f"{retracted:9.0f} {cores:7.2f} {resident_mb:7.0f}"
    )


def main(arguments: list[str]) -> None:
    """Print the table."""
    print(f"other programs use {busy_percent():.0f} % of the processor")
    print("streams  update p50/p95 s   end of turn p50/p95 s  turns  changes  retracted  cores  MB resident")
    for count in [int(text) for text in arguments] or [1, 2, 4, 8]:
        print(measure(count), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
