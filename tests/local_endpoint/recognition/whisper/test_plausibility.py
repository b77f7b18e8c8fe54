"""What is rejected: no speech, unlikely text, loops. And what is not."""

from __future__ import annotations

import pytest

from flux_desktop.local_endpoint.recognition.whisper.plausibility import is_repetitive, max_tokens, rejection

TEXT = "He might even have been made amiable himself."


# Probabilities and scores as measured on the kinds of sound named.
@pytest.mark.parametrize(
    ("no_speech", "logprob", "expected"),
    [
        (0.95, -0.87, "no speech"),  # digital silence: "you"
        (0.81, -3.58, "no speech"),  # white noise: "You"
        (0.77, -2.66, "no speech"),  # music: "you"
        (0.45, -2.64, "no speech"),  # 0.6 s of speech, cut in a word
        (0.10, -2.50, "unlikely"),
        (0.58, -0.41, None),  # 1 s of speech: "Can you tell me?"
        (0.03, -0.09, None),
    ],
)
def test_texts_of_silence_noise_and_music_are_rejected(no_speech: float, logprob: float, expected: str | None) -> None:
    assert rejection(range(10), TEXT, no_speech=no_speech, logprob=logprob) == expected


# As measured on the first half second of 66 clips, and of hum and typing (no-speech probability at least 0.79).
@pytest.mark.parametrize(
    ("no_speech", "logprob", "expected"),
    [
        (0.38, -1.54, None),
        (0.58, -2.9, None),
        (0.38, -3.1, "unlikely"),
        (0.79, -2.21, "no speech"),
        (0.944, -1.23, "no speech"),
    ],
)
def test_a_first_word_may_be_a_guess_where_somebody_speaks(
    no_speech: float, logprob: float, expected: str | None
) -> None:
    assert rejection([1], "He", no_speech=no_speech, logprob=logprob, first_word=True) == expected


# Breath: "Yes." and "F F F F". A whispered sentence.
@pytest.mark.parametrize(
    ("no_speech", "logprob", "expected"), [(0.44, -0.96, "no speech"), (0.55, -0.85, "no speech"), (0.37, -0.29, None)]
)
def test_what_has_no_pitch_must_be_certain(no_speech: float, logprob: float, expected: str | None) -> None:
    assert rejection([1], "Yes.", no_speech=no_speech, logprob=logprob, voiced=False) == expected
    assert rejection([1], "Yes.", no_speech=no_speech, logprob=logprob) is None


@pytest.mark.parametrize(
    "tokens",
    [
        [1, 2, 3, 4, 5, 6] * 2,
        [9, 1, 2, 1, 2, 1, 2],
        [8, 7, 7, 7, 7, 7],
    ],
)
def test_a_loop_of_tokens_is_repetitive(tokens: list[int]) -> None:
    assert is_repetitive(tokens, TEXT)
    assert rejection(tokens, TEXT, no_speech=0.0, logprob=-0.1) == "repetition"


@pytest.mark.parametrize("tokens", [[], [1], [1, 1, 1], [1, 2, 1, 2], [1, 2, 3, 4, 1, 2, 3, 4], list(range(20))])
def test_what_people_repeat_is_not_repetitive(tokens: list[int]) -> None:
    """As in "no, no, no" and "thank you, thank you"."""
    assert not is_repetitive(tokens, TEXT)


def test_a_text_that_packs_too_well_is_repetitive() -> None:
    assert is_repetitive(range(50), "an old-s" + "-y" * 60)
    assert not is_repetitive(range(50), f"{TEXT} It was not the first time that somebody had told him so, of course.")


def test_a_short_stretch_of_speech_has_few_tokens() -> None:
    assert (max_tokens(0.5), max_tokens(4.0), max_tokens(30.0)) == (12, 44, 200)
