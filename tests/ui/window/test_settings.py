"""What the window remembers, and what it gives away when asked for diagnostics."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.redaction import redact_log
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.diagnostics import LogKeeper
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until
from tests.ui.window.test_main_window import Waiting, with_sample


def test_what_was_chosen_comes_back(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    options = FluxOptions(
        eot_threshold=0.85, eager_eot_threshold=0.6, eot_timeout_ms=3000, keyterms=("Dashwood", "Norland")
    )
    wanted = settings.Settings(
        theme="light", connections=7, duration_s=30, loop=True, options=options, region="eu-west-1"
    )

    async def live(window: MainWindow) -> None:
        settings.apply(window, wanted)
        await with_sample(window)
        assert window.theme.current.name == "light"
        assert window.flux_panel.options() == options
        settings.save(path, settings.collect(window))
        window.theme.set_mode("dark")

    stage(Waiting, live)
    again = settings.load(path)
    assert (again.connections, again.duration_s, again.loop, again.options) == (7, 30, True, options)
    assert again.recent[0].endswith("conversation.wav")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"{", b'{"connections": "many"}', b"\xff\xfe", b'{"x":' + b"[" * 100_000])
def test_a_file_that_cannot_be_read_gives_the_defaults(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert settings.load(path) == settings.Settings()
    assert settings.load(tmp_path / "none.json") == settings.Settings()


def test_numbers_that_no_window_can_have_are_brought_into_range(stage: Stage) -> None:
    wild = settings.Settings(
        width=10**12,
        height=-(10**12),
        connections=10**12,
        duration_s=1e300,
        theme="\0",
        recent=["\0.wav", "a\udc80.wav"],
    )

    async def live(window: MainWindow) -> None:
        settings.apply(window, wild)
        assert window.width() <= 10_000
        assert window.height() >= 700
        assert window.run_bar.connections.value() == window.run_bar.connections.maximum()

    stage(Waiting, live)


def test_parameters_that_flux_refuses_are_not_taken_up(stage: Stage) -> None:
    bad = settings.Settings(options=FluxOptions(eot_threshold=0.1))

    async def live(window: MainWindow) -> None:
        settings.apply(window, bad)
        assert window.flux_panel.options().eot_threshold == 0.7

    stage(Waiting, live)


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.save(tmp_path / "file" / "settings.json", settings.Settings())


@pytest.mark.parametrize(
    "secret",
    ["ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYabcd", "IQoJb3JpZ2luX2VjE" * 4],
)
@pytest.mark.parametrize("form", ["{}", "aws_secret_access_key = {}", '"x-amz-security-token": "{}"', "Signature={}"])
def test_secrets_are_removed(secret: str, form: str) -> None:
    assert secret not in redact_log(f"before {form.format(secret)} after")


def test_the_log_keeps_lines_without_secrets() -> None:
    keeper = LogKeeper()
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "token=%s", ("abcdefgh",), None)
    keeper.emit(record)
    assert "abcdefgh" not in keeper.lines[0]
    assert msgspec.json.encode(settings.Settings()) == b"{}"


def test_diagnostics_and_dialogs_open_without_blocking(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.copy_diagnostics()
        window.show_about()
        window.show_log()
        await until(lambda: len(window.banners.banners()) == 1, "it is told")

    stage(Waiting, live)
