"""The folder of a coordinator or a generator: private, removed at the end, and a sentence where there can be none."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.own_folder import own_folder


def test_the_folder_is_private_and_removed_with_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    with own_folder("dask-") as folder:
        assert folder.parent == tmp_path / "cache"
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "file").write_bytes(b"x")
    assert not folder.exists()


def test_a_place_that_is_no_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(place))
    with pytest.raises(ProblemError) as caught, own_folder("dask-"):
        pass
    assert (caught.value.problem.code, str(place) in caught.value.problem.what) == ("cluster_folder", True)
