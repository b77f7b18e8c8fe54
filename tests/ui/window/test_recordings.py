"""Loading the recording that is to be streamed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import SAMPLE_RECORDING
from flux_desktop.datasets.reader import SAMPLE
from flux_desktop.datasets.table import UnclearColumnsError
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.window import recordings as module
from flux_desktop.ui.window.recordings import GROUP, Recordings
from flux_desktop.ui.window.transcripts import NO_SESSION
from tests.ui import scripted
from tests.ui.conftest import until
from tests.ui.models.test_sound import write_wav
from tests.ui.window.page_bench import PageBench


@pytest.fixture
def recordings(bench: PageBench) -> Recordings:
    return Recordings(bench.state, bench.tasks)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "one.wav", np.full(16_000, 8_000))


async def test_a_recording_is_chosen_and_remembered(bench: PageBench, recordings: Recordings, wav: Path) -> None:
    readings: list[str] = []
    bench.state.uses_microphone = True
    bench.state.listen(lambda: readings.append(bench.state.reading))
    recordings.load(str(wav))
    assert bench.state.recording is None, "it is read in the background"
    await bench.settled(GROUP)
    assert bench.state.recording is not None
    assert (bench.state.recording.path, bench.state.recording.duration_s) == (wav, 1.0)
    assert not bench.state.uses_microphone
    assert bench.state.choices.recent == [str(wav)]
    assert readings == ["one.wav", "", ""], "it was said while it was read"


async def test_the_newest_request_wins(bench: PageBench, recordings: Recordings, wav: Path, tmp_path: Path) -> None:
    other = write_wav(tmp_path / "two.wav", np.full(32_000, 8_000))
    recordings.load(str(wav))
    recordings.load(str(other))
    await bench.settled(GROUP)
    assert bench.state.recording is not None
    assert bench.state.recording.path == other
    assert bench.state.choices.recent == [str(other)]


async def test_a_file_that_cannot_be_read_changes_nothing(
    bench: PageBench, recordings: Recordings, wav: Path, tmp_path: Path
) -> None:
    await recordings.read(wav)
    (tmp_path / "text.wav").write_text("hello")
    recordings.load(str(tmp_path / "text.wav"))
    await bench.settled(GROUP)
    assert len(bench.problems) == 1
    assert bench.state.reading == ""
    assert bench.state.recording is not None
    assert bench.state.recording.path == wav
    assert bench.state.choices.recent == [str(wav)]


async def test_the_sample_is_the_bundled_conversation(bench: PageBench, recordings: Recordings) -> None:
    recordings.load_sample()
    await bench.settled(GROUP)
    assert bench.state.recording is not None
    assert bench.state.recording.path.name == Path(SAMPLE_RECORDING).name
    assert bench.state.recording.truth(looped=False) is not None


async def test_an_installation_without_the_sample_says_so(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Path:
        raise FileNotFoundError(name)

    monkeypatch.setattr(module, "resource_path", missing)
    with pytest.raises(ProblemError) as raised:
        await recordings.read_sample()
    assert raised.value.problem.code == "sample_missing"


async def test_another_recording_clears_the_transcript_of_the_one_before(
    bench: PageBench, recordings: Recordings, wav: Path, tmp_path: Path
) -> None:
    await recordings.read(wav)
    bench.state.run.reset(scripted.plan(2))
    bench.state.run.phase = RunPhase.ENDED
    bench.page.banners.show_problem(NO_SESSION)
    await recordings.read(wav, "left")
    assert len(bench.state.run.conversations) == 2, "another channel of the same file"
    assert bench.banners == [NO_SESSION.code]
    await recordings.read(write_wav(tmp_path / "two.wav", np.full(32_000, 8_000)))
    assert not bench.state.run.conversations
    assert bench.controller.session_folder is None
    assert bench.banners == []


async def test_the_recording_used_last_is_opened_again(bench: PageBench, recordings: Recordings, wav: Path) -> None:
    await recordings.reopen_newest()
    assert bench.state.recording is None
    bench.state.choices.recent = [str(wav)]
    await recordings.reopen_newest()
    assert bench.state.recording is not None
    assert bench.state.recording.path == wav


async def test_a_recording_that_is_gone_is_not_missed(bench: PageBench, recordings: Recordings, tmp_path: Path) -> None:
    bench.state.choices.recent = [str(tmp_path / "gone.wav")]
    await recordings.reopen_newest()
    assert (bench.state.recording, bench.problems) == (None, [])


async def test_a_data_set_takes_the_place_of_a_recording_and_back(
    bench: PageBench, recordings: Recordings, wav: Path
) -> None:
    await recordings.read(wav)
    recordings.load(str(wav.parent))
    await bench.settled(GROUP)
    state = bench.state
    assert state.recording is None
    assert state.data_set is not None
    assert state.source == DataSetSource(path=str(wav.parent))
    assert state.choices.recent == [str(wav.parent), str(wav)]
    recordings.choose_channel("right")
    await bench.settled(GROUP)
    assert state.data_set.channel == "right"
    await recordings.read(wav)
    assert (state.data_set, state.recording is None) == (None, False)


async def test_the_sample_data_set_is_the_bundled_one(bench: PageBench, recordings: Recordings) -> None:
    recordings.load_sample_data_set()
    await bench.settled(GROUP)
    assert bench.state.data_set is not None
    assert bench.state.data_set.name == "Sample data set"
    assert bench.state.choices.recent == [SAMPLE]


async def test_the_columns_of_a_table_are_asked_for_where_they_are_not_clear(
    bench: PageBench, recordings: Recordings, wav: Path
) -> None:
    (wav.parent / "t.csv").write_text("recording,said\none.wav,hello\n")
    recordings.load(str(wav.parent / "t.csv"))
    await bench.settled(GROUP)
    assert [problem.code for problem in bench.problems] == ["data_unusable"]
    asked: list[tuple[str, ...]] = []

    def ask(error: UnclearColumnsError, chosen: Callable[[dict[str, str]], None]) -> None:
        asked.append(error.headings)
        chosen({"audio": "recording", "text": "said"})

    recordings.ask_columns = ask
    recordings.load(str(wav.parent / "t.csv"))
    await until(lambda: bench.state.data_set is not None, "the table is read with the columns that were chosen")
    assert asked == [("recording", "said")]
    assert bench.state.data_set is not None
    assert bench.state.data_set.clips[0].text == "hello"
    assert bench.state.source == DataSetSource(
        path=str(wav.parent / "t.csv"), columns={"audio": "recording", "text": "said"}
    )
