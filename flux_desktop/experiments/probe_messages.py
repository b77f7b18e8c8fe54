"""What the messages of a probe's conversation contain, as findings; pure."""

from __future__ import annotations

import itertools
import statistics

from flux_desktop.base.amounts import amount
from flux_desktop.experiments.probe_stream import ProbeStream
from flux_desktop.flux.probe_findings import Finding, Outcome

SPEECH_S = 3.0


def finding_of(key: str, feature: str, documented: str, outcome: Outcome, seen: str) -> Finding:
    """One feature of the build."""
    return Finding(key=key, feature=feature, documented=documented, outcome=outcome, seen=seen)


def connected_finding(after_s: float) -> Finding:
    """Connected, and how long it took."""
    return finding_of("message:Connected", "Connected", "first message", "yes", f"after {1000 * after_s:.0f} ms")


def message_findings(stream: ProbeStream) -> list[Finding]:
    """What the messages of a conversation contain."""
    infos = [info for _, info in stream.turn_infos()]
    ends = [info for info in infos if info.event == "EndOfTurn"]
    words = [word for info in infos for word in info.words]
    triggers = sorted({info.trigger for info in ends if info.trigger})
    updates = [info.audio_window_end for info in infos if info.event == "Update" and info.audio_window_end is not None]
    steps = [after - before for before, after in itertools.pairwise(updates) if 0 < after - before < 5]
    numbers = [number for each in stream.arrivals if (number := getattr(each.message, "sequence_id", None)) is not None]
    in_order = numbers == list(range(len(numbers)))
    interval = f"median {statistics.median(steps):.2f} s of audio, n = {len(steps)}" if steps else "no Updates"
    return [
        finding_of(
            "message:EndOfTurn",
            "end of turn",
            "yes",
            "yes" if ends else "no",
            f"{len(ends)} in {SPEECH_S:g} s of speech",
        ),
        finding_of(
            "message:trigger",
            "trigger of EndOfTurn",
            "newer builds",
            "yes" if triggers else "no" if ends else "unclear",
            ", ".join(triggers),
        ),
        finding_of(
            "message:word times",
            "word times",
            "since 2026-07",
            "yes" if any(word.start is not None for word in words) else "no" if words else "unclear",
            amount(len(words), "word") if words else "no words were received",
        ),
        finding_of(
            "message:sequence numbers",
            "sequence numbers",
            "from 0 without gaps",
            "yes" if numbers and in_order else "no",
            amount(len(numbers), "message"),
        ),
        finding_of("message:Update interval", "interval of Updates", "0.24 s", "yes" if steps else "no", interval),
    ]
