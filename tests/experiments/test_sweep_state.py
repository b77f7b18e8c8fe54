"""The state of a sweep on disk."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.experiments.sweep_state import SweepState, digest


def test_what_is_incomplete_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "sweeps" / "a.json"
    assert SweepState.load(path) == SweepState()
    state = SweepState(eot=0.9, force_end=False, sessions=["one"])
    assert state.save(path)
    assert SweepState.load(path) == state
    state.complete = True
    assert state.save(path)
    assert SweepState.load(path) == SweepState()


def test_a_state_that_cannot_be_read_or_kept_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{")
    assert SweepState.load(path) == SweepState()
    assert not SweepState().save(path / "below" / "b.json")


def test_equal_parts_have_equal_names() -> None:
    assert digest(("a", 1)) == digest(("a", 1)) != digest(("a", 2))
