"""Tests for cluster.run_files: what goes to generators, and paths on the way there and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.cluster.file_store import FileStore
from flux_desktop.cluster.run_files import RunFiles, placed
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.audio_events import AudioFile, ClipStarted
from flux_desktop.engine.records.events import decode_event, encode_event
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.sending.clip_references import clip_beside

CONVERSATION = resource_path("sample_audio/conversation.wav")


def sent(files: RunFiles, store: FileStore, root: Path) -> None:
    for sha256 in store.missing(files.entries):
        content = files.contents[sha256]
        store.write(sha256, 0, content if isinstance(content, bytes) else content.read_bytes(), last=True)
    store.place(files.entries, root)


def test_a_recording_goes_with_what_is_said_in_it(tmp_path: Path) -> None:
    here = tmp_path / "with “quotes” and [brackets]"
    here.mkdir()
    for path in CONVERSATION.parent.glob("conversation.*"):
        shutil.copy(path, here)
    (here / "other.txt").write_text("not sent")
    plan = RunPlan(endpoint="local", source=WavSource(path=str(here / "conversation.wav"), loop=True), ca_file="/ca")
    files, root = RunFiles(), tmp_path / "there"
    files.add_source(plan)
    sent(files, FileStore(tmp_path / "store"), root)
    remote_plan = placed(files.renamed(plan), root)
    assert isinstance(remote_plan.source, WavSource)
    assert Path(remote_plan.source.path).read_bytes() == CONVERSATION.read_bytes()
    assert remote_plan.source.loop
    assert clip_beside(remote_plan.source.path)[0] == msgspec.structs.replace(
        clip_beside(CONVERSATION)[0], path=Path(remote_plan.source.path)
    )
    assert not list(root.rglob("other.txt"))
    assert remote_plan.ca_file == str(root / "ca.pem")


def test_paths_come_back_as_they_are_here(tmp_path: Path) -> None:
    here = tmp_path / 'a "strange" \\ folder é'
    here.mkdir()
    shutil.copy(CONVERSATION, here / "talk.wav")
    plan = RunPlan(endpoint="local", source=WavSource(path=str(here / "talk.wav")))
    files = RunFiles()
    files.add_source(plan)
    remote_plan = placed(files.renamed(plan), Path("/var/run 1"))
    assert isinstance(remote_plan.source, WavSource)
    restored = files.restorer("/var/run 1")
    event = AudioFile(t=1.0, path=remote_plan.source.path, sha256="x")
    assert decode_event(restored(encode_event(event))) == msgspec.structs.replace(event, path=str(here / "talk.wav"))
    other = AudioFile(t=1.0, path="/var/run 1/audio/000099/x.wav", sha256="x")
    assert decode_event(restored(encode_event(other))) == other


def test_a_data_set_keeps_its_clips_and_their_order(tmp_path: Path) -> None:
    path = resource_path("sample_audio/conversations")
    source = DataSetSource(path=str(path), seed=3, columns={"audio": "file"}, entries=(1, 0), left_out=(2,))
    plan = RunPlan(endpoint="local", source=source)
    files, root = RunFiles(), tmp_path / "there"
    files.add_source(msgspec.structs.replace(plan, source=msgspec.structs.replace(source, columns={})))
    sent(files, FileStore(tmp_path / "store"), root)
    remote_plan = placed(files.renamed(plan), root)
    assert remote_plan.source == msgspec.structs.replace(source, path=str(root / "manifest.jsonl"), columns={})
    assert isinstance(remote_plan.source, DataSetSource)
    ours, theirs = read_data_set(path).clips, read_data_set(remote_plan.source.path).clips
    nowhere = Path()
    assert [msgspec.structs.replace(clip, path=nowhere) for clip in theirs] == [
        msgspec.structs.replace(clip, path=nowhere) for clip in ours
    ]
    restored = files.restorer(str(root))
    for mine, far in zip(ours, theirs, strict=True):
        event = decode_event(restored(encode_event(ClipStarted(t=0.0, conn=1, clip=str(far.path), audio_s=0.0))))
        assert isinstance(event, ClipStarted)
        assert event.clip == str(mine.path)
    assert restored(str(root / "manifest.jsonl").encode()) == str(path).encode()


def test_what_cannot_be_sent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="microphone"):
        RunFiles().add_source(RunPlan(endpoint="local", source=MicrophoneSource()))
    with pytest.raises(ProblemError, match=r"absent\.wav cannot be sent"):
        RunFiles().add_source(RunPlan(endpoint="local", source=WavSource(path=str(tmp_path / "absent.wav"))))
    with pytest.raises(ProblemError, match=r"ca\.pem cannot be sent"):
        RunFiles().add_authorities(str(tmp_path / "ca.pem"))
