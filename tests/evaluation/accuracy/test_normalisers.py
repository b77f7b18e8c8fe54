"""Normalisers: which applies, what it makes of a text, and that no script loses its marks."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from flux_desktop.evaluation.accuracy.normalisers import BASIC, ENGLISH, WHISPER_VERSION, normalised, normaliser_name


def test_the_stated_version_is_the_installed_one() -> None:
    assert version("whisper-normalizer") == WHISPER_VERSION
    assert WHISPER_VERSION in ENGLISH
    assert WHISPER_VERSION in BASIC


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", ENGLISH), ("en-GB", ENGLISH), ("EN", ENGLISH), ("de", BASIC), ("eno", BASIC), (None, BASIC)],
)
def test_english_has_its_own(language: str | None, name: str) -> None:
    assert normaliser_name(language) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It\u2019s a naïve café, 5 µm \u2013 ﬁne", ENGLISH),
        ("वह घर की ओर गया", BASIC),
        ("がぎぐ", BASIC),
        ("дети й", BASIC),
    ],
)
def test_a_text_whose_marks_the_english_rules_would_drop_is_not_english(text: str, name: str) -> None:
    assert normaliser_name("en", text) == name


@pytest.mark.parametrize(
    ("text", "name", "result"),
    [
        ("Mr. Smith doesn't owe twenty-one dollars.", ENGLISH, "mister smith does not owe $21"),
        ("The colour, um, of it", ENGLISH, "the color of it"),
        ("He might have...", ENGLISH, "he might have"),
        ("He might have\u2026", ENGLISH, "he might have"),
        ("In the U.S.", ENGLISH, "in the u s"),
        ("It costs 3.5.", ENGLISH, "it costs 3.5"),
        ("Ça va très bien!", BASIC, "ça va très bien"),
        ("C\u0327a va tre\u0300s bien", BASIC, "ça va très bien"),
        ("वह घर की ओर गया।", BASIC, "वह घर की ओर गया"),
        ("ผมไปบ้านที่นี่", BASIC, "ผมไปบ้านที\u0e48นี\u0e48"),
    ],
)
def test_texts(text: str, name: str, result: str) -> None:
    assert normalised(text, name) == result
