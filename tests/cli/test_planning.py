"""What all commands that stream have in common in their plans."""

from __future__ import annotations

import pytest

from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.cli.planning import file_plan, options_from, plan_from, unsent_configure
from flux_desktop.engine.records.plan import MicrophoneSource

STREAMING = {
    "file": ["--file", str(resource_path(SAMPLE_RECORDING))],
    "microphone": [],
    "capacity": ["--file", str(resource_path(SAMPLE_RECORDING))],
    "sweep": ["--data", "sample"],
    "ab": ["--data", "sample"],
    "isolation": [],
}


@pytest.mark.parametrize("command", STREAMING)
def test_every_command_with_several_streams_can_share_channels(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [command, "local", *STREAMING[command]]
    parser = build_parser(command)
    for flags, shared in (([], 1), (["--streams-per-channel", "5"], 5)):
        args = parser.parse_args([*given, *flags])
        assert plan_from(args, MicrophoneSource(), options_from(args)).streams_per_channel == shared
    assert main([*given, "--streams-per-channel", "0"]) == ExitCode.USAGE
    assert "Streams per channel must be at least 1 (got 0)." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["50s"], "No Configure will be sent: the audio ends after 29.2 s, before --reconfigure-after 50 s."),
        (["20s"], ""),
        (["20s", "--duration", "10s"], "No Configure will be sent: the audio ends after 10.0 s"),
        (["50s", "--loop"], ""),
    ],
)
def test_a_configure_after_the_end_of_the_audio_is_said_not_to_be_sent(flags: list[str], sentence: str) -> None:
    args = ["file", "local", *STREAMING["file"], "--reconfigure-eot-threshold", "0.6", "--reconfigure-after", *flags]
    said = unsent_configure(file_plan(build_parser("file").parse_args(args)))
    assert said.startswith(sentence)
    assert bool(said) == bool(sentence)
