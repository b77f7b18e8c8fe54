"""The bundled data set: its sound, words, turns and pauses belong together, and its maker makes it again."""

from __future__ import annotations

import hashlib
import importlib.util
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from flux_desktop.audio.recording import open_recording
from flux_desktop.audio.words import reference_transcript
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.evaluation.thresholds.grid import evaluate
from flux_desktop.evaluation.thresholds.presets import presets
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from tests.evaluation.spoken_clips import HIGHEST, SpokenClip, played

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources/sample_audio/conversations"
RATE_HZ = 16_000
CLIPS = read_data_set(FOLDER).clips


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_conversations", ROOT / "packaging/content/make_conversations.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def audio(path: Path) -> NDArray[np.float64]:
    return np.frombuffer(open_recording(path).pcm(), "<i2") / 32768


def level_db(clip: Clip, start_s: float, end_s: float) -> float:
    part = audio(clip.path)[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-12))


def test_it_is_large_enough_for_statistics_and_small_enough_for_the_package() -> None:
    assert len(CLIPS) >= 20
    assert all(20 <= (clip.duration_s or 0) <= 60 for clip in CLIPS)
    assert sum(len(clip.holds) for clip in CLIPS) >= 200
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 4_000_000
    assert len({tuple(turn.text for turn in clip.turns) for clip in CLIPS}) == len(CLIPS)


def test_the_files_are_those_that_the_manifest_states() -> None:
    assert {clip.path.name for clip in CLIPS} == {path.name for path in FOLDER.glob("*.flac")}
    for clip in CLIPS:
        recording = open_recording(clip.path)
        assert clip.sha256 == hashlib.sha256(clip.path.read_bytes()).hexdigest()
        assert (recording.sample_rate_hz, recording.channels) == (RATE_HZ, 1)
        assert recording.duration_s == pytest.approx(clip.duration_s, abs=1e-3)
        beside = reference_transcript(clip.path)
        assert beside is not None
        assert (beside.text, beside.words, beside.turns) == (clip.text, clip.words, clip.turns)


def test_turns_are_their_words_and_holds_the_pauses_between_them() -> None:
    lengths_s: Counter[float] = Counter()
    for clip in CLIPS:
        assert " ".join(turn.text for turn in clip.turns) == clip.text
        for turn in clip.turns:
            words = [word for word in clip.words if turn.start_s <= word.start_s < turn.end_s]
            assert " ".join(word.text for word in words) == turn.text
            assert (words[0].start_s, words[-1].end_s) == (turn.start_s, turn.end_s)
            gaps = [(one.end_s, other.start_s) for one, other in pairwise(words) if other.start_s - one.end_s > 0.25]
            inside = [h for h in clip.holds if turn.start_s < h.start_s < turn.end_s]
            assert gaps == [(hold.start_s, hold.end_s) for hold in inside]
        lengths_s.update(round(hold.end_s - hold.start_s, 2) for hold in clip.holds)
        assert all(later.start_s - turn.end_s > 1.2 for turn, later in pairwise(clip.turns))
    assert lengths_s.keys() == {0.3, 0.5, 0.8, 1.2, 2.0}
    assert min(lengths_s.values()) >= 5


def test_words_are_loud_and_pauses_are_quiet_but_never_silent() -> None:
    levels = []
    for clip in CLIPS:
        spoken = [level_db(clip, word.start_s, word.end_s) for word in clip.words]
        # The speech fades out and in at both ends of a pause.
        quiet = [level_db(clip, hold.start_s + 0.06, hold.end_s - 0.06) for hold in clip.holds]
        assert np.median(spoken) > max(quiet) + 15, clip.path.name
        assert min(quiet) > -80
        levels.append(float(np.median(spoken)))
    assert max(levels) - min(levels) > 10, "several levels"


def test_pauses_lie_inside_sentences() -> None:
    for clip in CLIPS:
        before = {word.end_s: word.display for word in clip.words}
        assert [before[hold.start_s][-1] for hold in clip.holds if before[hold.start_s][-1] in ".?!"] == []


def test_the_built_in_endpoint_decides_all_presets_by_it() -> None:
    traces = []
    for clip in CLIPS:
        words = tuple(SpokenWord(word.display or word.word, word.start_s, word.end_s, 0.9) for word in clip.words)
        spoken = SpokenClip(name=clip.path.name, words=words, turns=clip.turns, holds=clip.holds)
        forced = [later.start_s - 0.25 for later in clip.turns[1:]]
        traces.append(played(spoken, HIGHEST, force_ends_s=forced))
    table = trace_table(traces)
    grid = evaluate(table)
    grid_presets = presets(table, grid)
    assert [preset.undecided for preset in grid_presets] == ["", "", ""]
    thresholds = [preset.setting.eot for preset in grid_presets if preset.setting is not None]
    assert thresholds == sorted(set(thresholds)), "each is more patient than the one before"
    lowest = grid.cut_share[0, -1]
    assert lowest > 0.3, "a low threshold cuts many speakers off"


@pytest.mark.parametrize("number", [0, 9])
def test_the_maker_makes_it_again(maker: ModuleType, number: int) -> None:
    sample = reference_transcript(maker.SAMPLE)
    assert sample is not None
    source = np.frombuffer(open_recording(maker.SAMPLE).pcm(), "<i2") / 32768
    plan = maker.plans(sample, source)[number]
    samples, words, turns = maker.render(plan, source, number)
    clip = CLIPS[number]
    assert (words, tuple(turns)) == (clip.words, clip.turns)
    assert maker.holds_of(words, turns) == clip.holds
    # Other builds of the libraries may round the last bit in another way: one step is at most 32.
    assert np.abs(samples - audio(clip.path)).max() <= 32 / 32768


def test_the_maker_refuses_another_sample(maker: ModuleType) -> None:
    sample = reference_transcript(maker.SAMPLE)
    with pytest.raises(ValueError, match="another text"):
        maker.clauses(msgspec.structs.replace(sample, text="Something else."))
