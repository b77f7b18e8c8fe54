"""``flux-stress local-endpoint`` is the built-in endpoint itself, with all of its options."""

from __future__ import annotations

import argparse

import pytest

from flux_desktop.cli import local_endpoint
from flux_desktop.cli.main import main
from flux_desktop.local_endpoint.http import arguments


def test_the_command_has_the_options_of_the_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    own = argparse.ArgumentParser()
    local_endpoint.add_arguments(own)
    wanted = {option for action in own._actions for option in action.option_strings}
    assert {"--port", "--fault", "--recogniser", "--tls-cert"} <= wanted
    with pytest.raises(SystemExit) as exit_info:
        main(["local-endpoint", "--help"])
    assert exit_info.value.code == 0
    printed = capsys.readouterr().out
    assert [option for option in wanted if option not in printed] == []


def test_it_runs_what_the_module_itself_runs() -> None:
    assert local_endpoint.run is arguments.run
