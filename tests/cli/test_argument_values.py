"""Values of flags: what they mean, and one sentence for those that mean nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from flux_desktop.cli.argument_values import chunk_ms, currency, filled, margin, number, price, seconds, whole
from flux_desktop.cli.main import main


@pytest.mark.parametrize(("text", "value_s"), [("30", 30.0), ("1m30s", 90.0), ("500ms", 0.5), (" 1.5M ", 90.0)])
def test_a_duration_is_in_seconds_or_has_units(text: str, value_s: float) -> None:
    assert seconds(text) == value_s


def test_a_currency_is_three_letters() -> None:
    assert currency(" eur ") == "EUR"


@pytest.mark.parametrize(
    ("read", "text", "words"),
    [
        (number, "nan", "not a number"),
        (number, "x", "not a number"),
        (whole, "1.5", "“1.5” is not a whole number"),
        (whole, "9" * 5000, "is not a whole number"),
        (price, "-1", "0 or more"),
        (margin, "-0.1", "0 or more"),
        (price, "nan", "not a number"),
        (currency, "", "three letters"),
        (currency, "U$D", "three letters"),
        (currency, "ÄÖÜ", "three letters"),
        (currency, "x" * 200, "three letters"),
        (filled, "", "it is empty"),
        (filled, " \n", "it is empty"),
        (seconds, "721h", "longer than 30 days"),
        (seconds, "1e15", "longer than 30 days"),
        (seconds, "5 apples", "not a duration"),
        (chunk_ms, "19", "20 to 200"),
        (chunk_ms, "201", "20 to 200"),
    ],
)
def test_what_means_nothing_is_told(read: Callable[[str], float], text: str, words: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=words):
        read(text)


def test_a_very_long_value_is_not_repeated_whole() -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        number("x" * 5_000)
    assert len(str(refused.value)) < 100


def test_wrong_usage_is_one_line_without_terminal_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["file", "local", "--file", "x.wav", "--price", "\x1b[31m1\n2"])
    assert capsys.readouterr().err == (
        "flux-stress file: argument --price: “1 2” is not a number. Try “flux-stress file --help”.\n"
    )


def test_a_value_that_looks_like_an_option_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["file", "local", "--file", "x.wav", "--local-arguments", "--recogniser=silent"])
    assert "expected one argument; one that begins with a hyphen follows an equals sign" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--region", "--profile", "--endpoint-url", "--target-variant", "--cluster"])
def test_an_empty_variable_of_a_script_does_not_choose_the_default(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["file", "x", "--file", "x.wav", flag, ""])
    assert f"argument {flag}: it is empty; " in capsys.readouterr().err
