"""Tests of the identity of the data: by content, whenever and from wherever it was sent."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.audio_events import ClipReference
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.reports.data_identity import data_hash, differing_clips, read_data_identity
from flux_desktop.reports.documents.comparison import compare_sessions
from tests.recordings import append
from tests.reports.documents.recorded_run import recorded
from tests.reports.recorded_talk import session_of

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
CLIP = ClipReference(t=0.0, number=3, clip="/here/a.wav", length_s=2.5, text="hello")


def identity(parent, *clips: ClipReference) -> dict[int, str]:
    return read_data_identity(session_of(parent, PLAN, *clips))


def test_only_the_content_counts(tmp_path) -> None:
    one = identity(tmp_path / "1", CLIP)
    moved = identity(tmp_path / "2", msgspec.structs.replace(CLIP, t=9.0, clip="/there/a.wav"))
    changed = identity(tmp_path / "3", msgspec.structs.replace(CLIP, text="hullo"))
    more = identity(tmp_path / "4", CLIP, msgspec.structs.replace(CLIP, number=4))
    assert (one, differing_clips(one, moved), differing_clips(one, changed)) == (moved, 0, 1)
    assert differing_clips(one, more) == 0
    assert data_hash(one) == data_hash(moved)
    assert len({data_hash(each) for each in (one, changed, more)}) == 3
    assert data_hash({}) == ""


def test_runs_of_data_that_has_changed_are_not_comparable(tmp_path) -> None:
    base, new = recorded(tmp_path / "a"), recorded(tmp_path / "b")
    append(base / "worker-2.jsonl.gz", CLIP)
    append(new / "worker-2.jsonl.gz", msgspec.structs.replace(CLIP, length_s=2.6))
    assert compare_sessions(base, new).reasons == ["different data (clips that have changed since: 1)"]


def test_clips_of_other_data_have_not_changed(tmp_path) -> None:
    other = msgspec.structs.replace(PLAN, source=WavSource(path="b.wav"))
    base, new = session_of(tmp_path, PLAN, CLIP), session_of(tmp_path, other, msgspec.structs.replace(CLIP, text="bye"))
    assert compare_sessions(base, new).reasons[-1] == "different data (a.wav and b.wav)"
