"""The AWS account by environment variables and files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.aws.account.environment import effective_profile, is_account_configured


def test_effective_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    assert effective_profile(None) is None
    monkeypatch.setenv("AWS_PROFILE", "second")
    assert effective_profile(None) == "second"
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "first")  # botocore's order
    assert effective_profile(None) == "first"
    assert effective_profile("asked") == "asked"


def test_a_configured_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert not is_account_configured()
    config.write_text("")
    assert is_account_configured()
    config.unlink()
    assert not is_account_configured()
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/keys")
    assert is_account_configured()
    assert is_account_configured({"AWS_SHARED_CREDENTIALS_FILE": __file__})
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not is_account_configured({})
