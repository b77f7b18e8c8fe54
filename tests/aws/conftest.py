"""Fixtures of the tests that talk to scripted peers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aws.throwaway_ca import Authority, make_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One throw-away certificate authority for the whole session."""
    folder: Path = tmp_path_factory.mktemp("authority")
    return make_authority(folder)
