"""Which pools an endpoint has, by ``--recogniser`` and by the models that are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.recognition.pools import MULTI_MODEL, language_of, make_pools
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, MULTILINGUAL, SpeechModel

MULTI = FluxOptions(model=MULTI_MODEL)


def install(model: SpeechModel) -> None:
    """Files of the right sizes; nobody reads them here."""
    folder = store.fetched_folder(model)
    folder.mkdir(parents=True)
    for file in model.files:
        with (folder / file.name).open("wb") as stream:
            stream.truncate(file.size_bytes)


@pytest.fixture
def installed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    for model in request.param:
        install(model)


@pytest.mark.parametrize("installed", [(ENGLISH, MULTILINGUAL)], indirect=True)
def test_other_languages_have_a_pool_of_their_own(installed: None) -> None:
    pools = make_pools("auto", 4)
    assert [pool.model for pool in pools.all] == [ENGLISH, MULTILINGUAL]
    assert pools.pool_for(MULTI) is pools.multilingual
    assert pools.pool_for(FluxOptions()) is pools.english


@pytest.mark.parametrize("installed", [(ENGLISH,)], indirect=True)
def test_without_the_multilingual_model_everything_is_english(installed: None) -> None:
    pools = make_pools("whisper", 4)
    assert pools.multilingual is None
    assert pools.pool_for(MULTI) is pools.english is not None


@pytest.mark.parametrize("installed", [()], indirect=True)
def test_without_any_model_auto_goes_on_and_whisper_does_not(installed: None, caplog: pytest.LogCaptureFixture) -> None:
    assert make_pools("auto", 4).all == []
    assert "Only recordings with a script are transcribed." in caplog.text
    with pytest.raises(ProblemError) as caught:
        make_pools("whisper", 4)
    assert caught.value.problem.code == "speech_model_missing"
    assert "flux-stress recogniser fetch" in caught.value.problem.todo


def test_a_silent_endpoint_has_no_pool() -> None:
    assert make_pools("silent", 4).all == []


@pytest.mark.parametrize(
    ("options", "language"),
    [
        (FluxOptions(), "en"),
        (MULTI, ""),
        (FluxOptions(model=MULTI_MODEL, language_hints=("de",)), "de"),
        (FluxOptions(model=MULTI_MODEL, language_hints=("en-US", "en")), "en"),
        (FluxOptions(model=MULTI_MODEL, language_hints=("de", "en")), ""),
    ],
)
def test_one_hint_settles_the_language(options: FluxOptions, language: str) -> None:
    assert language_of(options) == language
