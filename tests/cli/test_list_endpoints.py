"""`flux-stress list-endpoints` on an account with more endpoints than a thousand."""

from __future__ import annotations

import pytest

from flux_desktop.cli import list_endpoints
from flux_desktop.cli.main import build_parser
from tests.aws.control_plane_stub import control_plane
from tests.aws.many_endpoints import MANY, page_of_many


def test_all_endpoints_are_listed_and_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    with control_plane(ListEndpoints=page_of_many) as plane:
        arguments = ["list-endpoints", "--region", "us-east-1", "--endpoint-url", plane.url]
        args = build_parser("list-endpoints").parse_args(arguments)
        assert list_endpoints.run(args) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{MANY:,} endpoints"
    assert [line.split()[0] for line in lines[2:-1]] == [f"flux-{number:04d}" for number in range(MANY)]
