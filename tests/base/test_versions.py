"""The versions in reports and in the window's about box."""

from __future__ import annotations

from importlib import metadata

import pytest

from flux_desktop import __version__
from flux_desktop.base.versions import MISSING, PARTS, versions


def test_this_program_comes_first_and_every_part_has_its_installed_version() -> None:
    listed = versions()
    assert listed[0] == ("flux-desktop", __version__)
    assert [name for name, _ in listed[3:]] == list(PARTS)
    assert dict(listed)["awscrt"] == metadata.version("awscrt")


def test_a_part_that_is_not_installed_is_listed_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux_desktop.base.versions.PARTS", ("no-such-distribution",))
    assert versions()[-1] == ("no-such-distribution", MISSING)
