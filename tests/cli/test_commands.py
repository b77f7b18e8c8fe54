"""What the help says of each command."""

from __future__ import annotations

import pytest

from flux_desktop.cli.commands import COMMANDS, EXITS
from flux_desktop.cli.exit_codes import HELP
from flux_desktop.cli.main import build_parser, main


def test_the_help_of_the_program_lists_every_command() -> None:
    text = " ".join(build_parser().format_help().split())
    assert [about for about in COMMANDS.values() if about not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_states_its_exit_status(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert EXITS.get(command, HELP) in capsys.readouterr().out


def test_no_exit_status_is_of_a_command_that_does_not_exist() -> None:
    assert EXITS.keys() <= COMMANDS.keys()
