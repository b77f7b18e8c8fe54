"""Make resources/sample_audio/conversations/, the data set of one speaker's turns, from the bundled sample.

    .venv/bin/python packaging/content/make_conversations.py [--out resources/sample_audio/conversations]

Every conversation is a FLAC of telephone-like audio over a steady background noise: clauses of the sample's sentences,
spoken at one of several speeds and levels, with pauses of HOLDS_S within sentences, after a clause or between words,
and of GAPS_S between turns.
The noise lies under everything, so that no digital silence gives a pause away. Written are for each conversation
``NAME.flac`` and ``NAME.words.json``, and for all of them ``manifest.jsonl`` (see `flux_desktop.datasets.nemo`) and
``openings.json``, by which the built-in endpoint tells them apart.

The same version of this file and of its libraries writes the same bytes; texts and times never depend on the latter.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from flux_desktop.audio.words import ReferenceTranscript, ReferenceWord, SpokenTurn, reference_transcript
from flux_desktop.datasets.clip import Clip, Span
from flux_desktop.datasets.nemo import manifest
from flux_desktop.local_endpoint.recognition.scripts import JOIN_S, load_script
from flux_desktop.local_endpoint.recognition.stored_scripts import OPENINGS, opening_digest

SAMPLE = Path(__file__).parents[2] / "resources" / "sample_audio" / "conversation.wav"
SAMPLE_RATE_HZ = 16_000
CONVERSATIONS = 29
DURATIONS_MIN_S = (20.8, 20.8, 20.8, 20.8, 20.8, 34.0)
HOLDS_S = {0.3: 4, 0.5: 4, 0.8: 3, 1.2: 2, 2.0: 1}
"""Lengths of the pauses in turns, and how often each occurs: people pause shortly more often than long."""
GAPS_S = (1.3, 1.4, 1.6)
GAP_AFTER_OPEN_END_S = 2.6
"""After a turn whose text does not end as a sentence does, which takes longer to be recognised as its end."""
LEAD_IN_S = (0.4, 0.6, 0.9)
TAIL_S = 1.5
HOLD_IN_LEVEL_MAX_DBFS = -33.0
"""A pause is put only where the speech is quiet enough to be cut."""
WORDS_BETWEEN_HOLDS_MIN = 2
OPEN_END_SHARE = 0.4
"""Of the turns that end within a sentence."""
LONGER_TURN_SHARE = 0.8
"""How often a turn goes on with the next clause of its sentence. No turn goes on after a full stop: no listener could
tell a pause there from an end."""
FADE_S, GUARD_S = 0.01, 0.05
SPEEDS = (1.0, 0.93, 1.07)
LEVELS_DB = (0.0, -6.0, -12.0)
NOISES_BELOW_SPEECH_DB = {"room": 37.0, "line": 28.0, "hum": 32.0}
SPEECH_DBFS = -23.0
BAND_HZ = (200.0, 3600.0)
QUANTUM_BELOW_NOISE_DB = 6.0
"""Samples are multiples of a power of two whose rounding error lies this far below the noise, which halves the size."""
CLAUSES = (
    "And Mr. John Dashwood had then leisure",
    "to consider how much there might be",
    "prudently in his power to do for them.",
    "He was not an ill-disposed young man.",
    "Unless to be rather cold-hearted and rather selfish",
    "is to be ill-disposed.",
    "Had he married a more amiable woman,",
    "he might have been made still more respectable than he was.",
    "He might even have been made amiable himself.",
)

type Samples = NDArray[np.float64]


class Piece(NamedTuple):
    """Words of the sample that are spoken without a pause, and the silence after them."""

    words: tuple[ReferenceWord, ...]
    silence_s: float


class Plan(NamedTuple):
    """One conversation before it is rendered: turns of pieces, and how they sound."""

    name: str
    turns: tuple[tuple[Piece, ...], ...]
    speed: float
    level_db: float
    noise: str
    lead_in_s: float


def clauses(sample: ReferenceTranscript) -> list[tuple[ReferenceWord, ...]]:
    """The sample's words by clause. Raises ValueError if it has another text."""
    if " ".join(CLAUSES) != sample.text:
        raise ValueError("The sample has another text than the clauses.")
    words = iter(sample.words)
    return [tuple(next(words) for _ in clause.split()) for clause in CLAUSES]


def dbfs(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(np.square(samples)) + 1e-12))


def count(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)


# ---------------------------------------------------------------- plan


def plans(sample: ReferenceTranscript, audio: Samples) -> list[Plan]:
    """All conversations; no two have a turn of the same words at the same place, and every pause occurs as often.

    The second one begins with a sentence without a pause, which the isolation check sends alone.
    """
    rng = random.Random(17)  # noqa: S311 - a choice of sentences, not a secret
    holds = _deck([length_s for length_s, times in HOLDS_S.items() for _ in range(times)], rng)
    conversations: list[Plan] = []
    known: set[tuple[str, ...]] = set()
    while len(conversations) < CONVERSATIONS:
        number = len(conversations)
        speed = SPEEDS[number % len(SPEEDS)]
        duration_min_s = DURATIONS_MIN_S[number % len(DURATIONS_MIN_S)]
        plan = Plan(
            name=f"conversation_{number + 1:02d}",
            turns=tuple(_turns(clauses(sample), audio, rng, holds, speed, duration_min_s)),
            speed=speed,
            level_db=LEVELS_DB[number // len(SPEEDS) % len(LEVELS_DB)],
            noise=tuple(NOISES_BELOW_SPEECH_DB)[number % 4 % len(NOISES_BELOW_SPEECH_DB)],
            lead_in_s=rng.choice(LEAD_IN_S),
        )
        texts = tuple(_text(turn) for turn in plan.turns)
        opening = plan.turns[0]
        is_plain = len(opening) == 1 and opening[0].words[-1].display.endswith(".")
        if texts not in known and (number != 1 or is_plain):
            known.add(texts)
            conversations.append(plan)
    return conversations


def _deck(values: list[float], rng: random.Random) -> Iterator[float]:
    """All values in random order, again and again."""
    while True:
        yield from rng.sample(values, len(values))


def _turns(
    clause_words: list[tuple[ReferenceWord, ...]],
    audio: Samples,
    rng: random.Random,
    holds: Iterator[float],
    speed: float,
    duration_min_s: float,
) -> Iterator[tuple[Piece, ...]]:
    duration_s = min(LEAD_IN_S) + TAIL_S - max(GAPS_S)  # the last turn is followed by the tail alone
    unused = set(range(len(CLAUSES)))
    while duration_s < duration_min_s:
        unused = unused or set(range(len(CLAUSES)))
        first = last = rng.choice(sorted(unused))
        while last + 1 in unused and not CLAUSES[last].endswith(".") and rng.random() < LONGER_TURN_SHARE:
            last += 1
        unused -= set(range(first, last + 1))
        words = _as_sentence([word for each in clause_words[first : last + 1] for word in each], rng)
        is_open = not words[-1].display.endswith(".")
        turn = tuple(_pieces(words, audio, holds, GAP_AFTER_OPEN_END_S if is_open else rng.choice(GAPS_S)))
        yield turn
        duration_s += sum((p.words[-1].end_s - p.words[0].start_s) / speed + p.silence_s for p in turn)


def _as_sentence(words: list[ReferenceWord], rng: random.Random) -> list[ReferenceWord]:
    """Words that begin with a capital, and mostly end with a full stop; some turns stay open."""
    first, last = words[0].display, words[-1].display
    words[0] = msgspec.structs.replace(words[0], display=first[0].upper() + first[1:])
    if not last.endswith(".") and rng.random() >= OPEN_END_SHARE:
        words[-1] = msgspec.structs.replace(words[-1], display=last.rstrip(",") + ".")
    return words


def _pieces(words: list[ReferenceWord], audio: Samples, holds: Iterator[float], gap_s: float) -> Iterator[Piece]:
    begin = 0
    for index in range(1, len(words)):
        enough = index - begin >= WORDS_BETWEEN_HOLDS_MIN and len(words) - index >= 2
        if enough and _is_cuttable(words[index - 1], words[index], audio):
            yield Piece(tuple(words[begin:index]), next(holds))
            begin = index
    yield Piece(tuple(words[begin:]), gap_s)


def _is_cuttable(before: ReferenceWord, after: ReferenceWord, audio: Samples) -> bool:
    middle = count((before.end_s + after.start_s) / 2)
    return dbfs(audio[middle - count(FADE_S) : middle + count(FADE_S)]) <= HOLD_IN_LEVEL_MAX_DBFS


def _text(pieces: tuple[Piece, ...]) -> str:
    return " ".join(word.text for piece in pieces for word in piece.words)


# ---------------------------------------------------------------- sound


def render(plan: Plan, audio: Samples, number: int) -> tuple[Samples, tuple[ReferenceWord, ...], list[SpokenTurn]]:
    """A conversation's samples from -1 to 1, its words and its turns in seconds from its start."""
    at_s, track_parts = plan.lead_in_s, []
    words: list[ReferenceWord] = []
    turns: list[SpokenTurn] = []
    for turn in plan.turns:
        first = len(words)
        for piece in turn:
            track_parts.append((at_s, piece))
            begin_s = piece.words[0].start_s
            for word in piece.words:
                start_s, end_s = ((time_s - begin_s) / plan.speed + at_s for time_s in (word.start_s, word.end_s))
                words.append(msgspec.structs.replace(word, start_s=round(start_s, 3), end_s=round(end_s, 3)))
            at_s += (piece.words[-1].end_s - begin_s) / plan.speed + piece.silence_s
        turns.append(SpokenTurn(text=_text(turn), start_s=words[first].start_s, end_s=words[-1].end_s))
    length = count(words[-1].end_s + TAIL_S)
    track = np.zeros(length)
    for start_s, piece in track_parts:
        _add(track, start_s, piece, audio, plan.speed)
    speech = _band(track) * 10 ** ((SPEECH_DBFS - SAMPLE_SPEECH_DBFS + plan.level_db) / 20)
    noise_dbfs = SPEECH_DBFS + plan.level_db - NOISES_BELOW_SPEECH_DB[plan.noise]
    return _rounded(speech + _noise(plan.noise, length, number, noise_dbfs), noise_dbfs), tuple(words), turns


SAMPLE_SPEECH_DBFS = -23.8


def _add(track: Samples, start_s: float, piece: Piece, audio: Samples, speed: float) -> None:
    """Add the piece's speech with what is heard just before and after it, faded at both ends."""
    lead, end = count(piece.words[0].start_s - GUARD_S), count(piece.words[-1].end_s + GUARD_S)
    part = soxr.resample(audio[lead:end], SAMPLE_RATE_HZ * speed, SAMPLE_RATE_HZ, "HQ")
    guard = round(count(GUARD_S) / speed)
    fade = np.sin(np.linspace(0, np.pi / 2, guard)) ** 2
    part[:guard] *= fade
    part[-guard:] *= fade[::-1]
    start = count(start_s) - guard
    track[start : start + len(part)] += part


def _band(samples: Samples) -> Samples:
    """The samples within BAND_HZ, as on a telephone line."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    low, high = BAND_HZ
    gain = np.clip((hertz - low / 2) / (low / 2), 0, 1) * np.clip((high + 200 - hertz) / 200, 0, 1)
    return np.fft.irfft(spectrum * gain, len(samples))


def _noise(kind: str, length: int, seed: int, level_dbfs: float) -> Samples:
    """Steady noise: of a line (flat within its band), of a room (more of the low tones), or with the mains' hum."""
    white = np.random.default_rng(seed).standard_normal(length)
    noise = white if kind == "line" else np.cumsum(white - white.mean())
    noise = _band(noise)
    if kind == "hum":
        time_s = np.arange(length) / SAMPLE_RATE_HZ
        hum = sum(np.sin(2 * np.pi * hertz * time_s) for hertz in (100.0, 150.0, 250.0))
        noise = noise / np.std(noise) + hum / np.std(hum)
    return noise / np.std(noise) * 10 ** (level_dbfs / 20)


def _rounded(samples: Samples, noise_dbfs: float) -> Samples:
    step = 2.0 ** int(np.log2(32768 * np.sqrt(12) * 10 ** ((noise_dbfs - QUANTUM_BELOW_NOISE_DB) / 20)))
    return np.clip(np.rint(samples * 32768 / step), -32768 // step, 32767 // step) * step / 32768


# ---------------------------------------------------------------- files


def holds_of(words: tuple[ReferenceWord, ...], turns: list[SpokenTurn]) -> tuple[Span, ...]:
    """The silences inside turns that were put there; natural ones are shorter."""
    return tuple(
        Span(start_s=before.end_s, end_s=after.start_s)
        for before, after in pairwise(words)
        if after.start_s - before.end_s > min(HOLDS_S) - 0.01
        and any(turn.start_s <= before.start_s and after.end_s <= turn.end_s for turn in turns)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bundled data set from the bundled sample.")
    parser.add_argument("--out", type=Path, default=SAMPLE.parent / "conversations")
    out: Path = parser.parse_args().out
    sample = reference_transcript(SAMPLE)
    assert sample is not None
    audio, _ = soundfile.read(SAMPLE)
    out.mkdir(parents=True, exist_ok=True)
    clips, openings = [], {}
    for number, plan in enumerate(plans(sample, audio)):
        samples, words, turns = render(plan, audio, number)
        path = out / f"{plan.name}.flac"
        soundfile.write(path, samples, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16", compression_level=1.0)
        text = " ".join(turn.text for turn in turns)
        entry = ReferenceTranscript(file=path.name, text=text, words=words, turns=tuple(turns))
        path.with_suffix(".words.json").write_bytes(msgspec.json.encode([entry]) + b"\n")
        openings[opening_digest(load_script(path).core[: 2 * count(JOIN_S)])] = path.name
        clips.append(
            Clip(
                path=path,
                duration_s=round(len(samples) / SAMPLE_RATE_HZ, 3),
                text=text,
                words=words,
                turns=tuple(turns),
                holds=holds_of(words, turns),
                language="en",
                speaker=f"voice {1 + SPEEDS.index(plan.speed)}",
                conversation=plan.name,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            )
        )
    (out / "manifest.jsonl").write_text(manifest(clips, out), "utf-8")
    (out / OPENINGS).write_text(json.dumps(openings, indent=1) + "\n", "utf-8")
    seconds = sum(clip.duration_s or 0 for clip in clips)
    print(
        f"{len(clips)} conversations, {seconds:.0f} s, {sum(len(clip.turns) for clip in clips)} turns,"
        f" {sum(len(clip.holds) for clip in clips)} holds,"
        f" {sum(path.stat().st_size for path in out.iterdir()) / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
