"""What a run on the built-in endpoint says about its transcripts."""

from __future__ import annotations

import pytest

from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo
from flux_desktop.engine.supervision.preflight import transcription_notes

ENGLISH, MULTI = "flux-general-en", "flux-general-multi"
FETCH_ENGLISH = "Download it (76 MB): Developer → Speech Models in the window, or “flux-stress recogniser fetch”."


@pytest.mark.parametrize(
    ("recogniser", "models", "flux_model", "notes"),
    [
        ("silent", [], ENGLISH, ["Transcription is off: the endpoint sends timing events only."]),
        (
            "auto",
            ["tiny.en"],
            ENGLISH,
            ["Recordings with a script, such as the sample, use its words; Whisper tiny.en transcribes all others."],
        ),
        ("whisper", ["tiny.en"], ENGLISH, ["Whisper tiny.en transcribes the audio."]),
        ("whisper", ["tiny.en", "tiny"], MULTI, ["Whisper tiny transcribes the audio."]),
        (
            "whisper",
            ["tiny.en"],
            MULTI,
            [
                "Whisper tiny.en transcribes the audio.",
                "Only English is recognised. The speech model Whisper tiny is not installed. "
                "Download it (76 MB): Developer → Speech Models in the window, or “flux-stress recogniser fetch tiny”.",
            ],
        ),
        (
            "auto",
            [],
            ENGLISH,
            [
                "Only recordings with a script, such as the sample, are transcribed. "
                f"The speech model Whisper tiny.en is not installed. {FETCH_ENGLISH}"
            ],
        ),
    ],
)
def test_the_notes_name_recogniser_and_model_and_what_is_missing(
    recogniser: str, models: list[str], flux_model: str, notes: list[str]
) -> None:
    info = LocalEndpointInfo(
        url="https://127.0.0.1:1",
        region="us-east-1",
        ca_file="",
        access_key="a",
        secret_key="b",
        recogniser=recogniser,
        speech_models=models,
    )
    assert transcription_notes(info, flux_model) == notes
