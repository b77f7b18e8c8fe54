"""Settings: what is restored, what is refused, and that no older or newer file is lost."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.redaction import redact_log
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import DEFAULT_OPTIONS, WIRE_CLOCK, Choices
from flux_desktop.ui.models.presets import ParameterSet
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.diagnostics import LogKeeper
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.settings_migration import VERSION, Settings, decode
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting, with_sample

DEFAULTS = Settings(version=VERSION)
OPTIONS = FluxOptions(
    eot_threshold=0.85, eager_eot_threshold=0.6, eot_timeout_ms=3000, keyterms=("Dashwood", "Norland")
)

OF_0_1_0 = b"""{
  "theme": "light", "width": 1600, "height": 1000, "connections": 7, "duration_s": 30.0, "loop": true,
  "ramp": {"way": "stages", "batch_size": 8, "stages": "10x30s,50x60s", "limits": "update_p95_ms<400"},
  "options": {"model": "flux-general-multi", "eot_threshold": 0.85, "eager_eot_threshold": 0.6,
    "eot_timeout_ms": 3000, "keyterms": ["Dashwood"], "language_hints": ["en", "de"], "numerals": true},
  "recent": ["/srv/audio/call.wav", "/srv/audio/other.wav"], "endpoint": "flux-en-prod", "profile": "work",
  "region": "eu-west-1", "microphone": "USB headset", "go_on_when_lost": true, "clock": 1, "third_plot": "Streams",
  "refuses_configure": ["flux-old"], "checked_version": "0.1.0"
}"""


def test_what_was_chosen_in_the_window_comes_back(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    wanted = Settings(
        version=VERSION,
        choices=Choices(connections=7, duration_s=30, loop=True, options=OPTIONS, region="eu-west-1"),
    )

    async def live(window: MainWindow) -> None:
        settings.restore(window.state, wanted)
        page = window.live_page
        assert (page.run_bar.connections.value(), page.run_bar.duration.value()) == (7, 30)
        assert page.run_bar.loop.isChecked()
        assert page.flux_panel.eot.value == 0.85
        assert page.endpoint_panel.account.region.currentText() == "eu-west-1"
        assert window.state.options == OPTIONS
        await with_sample(window)
        window.theme.set_mode("light")
        settings.save(path, settings.collect(window.state))
        window.theme.set_mode("dark")

    stage(Waiting, live)
    again = settings.load(path).choices
    assert (again.connections, again.duration_s, again.loop, again.options) == (7, 30, True, OPTIONS)
    assert (again.theme, again.region) == ("light", "eu-west-1")
    assert again.recent[0].endswith("conversation.wav")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_of_0_1_0_is_migrated_whole(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(OF_0_1_0)
    state = AppState()
    settings.restore(state, settings.load(path))
    chosen = state.choices
    assert (chosen.theme, chosen.width, chosen.height) == ("light", 1600, 1000)
    assert (chosen.connections, chosen.duration_s, chosen.loop) == (7, 30.0, True)
    assert chosen.ramp == Ramp(way=STAGES, batch_size=8, stages="10x30s,50x60s", limits="update_p95_ms<400")
    assert chosen.options == FluxOptions(
        model="flux-general-multi",
        eot_threshold=0.85,
        eager_eot_threshold=0.6,
        eot_timeout_ms=3000,
        keyterms=("Dashwood",),
        language_hints=("en", "de"),
        numerals=True,
    )
    assert chosen.recent == ["/srv/audio/call.wav", "/srv/audio/other.wav"]
    assert (chosen.endpoint, chosen.profile, chosen.region) == ("flux-en-prod", "work", "eu-west-1")
    assert (chosen.latency_clock, chosen.plot) == (WIRE_CLOCK, "Streams")
    assert (state.microphones.chosen, state.microphones.go_on_when_lost) == ("USB headset", True)
    assert state.refuses_configure == ["flux-old"]
    assert settings.load(path).checked_version == "0.1.0"
    settings.save(path, settings.collect(state))
    saved = msgspec.json.decode(path.read_bytes())
    assert saved["version"] == VERSION
    assert settings.load(path).choices == chosen, "what was migrated is written in the present format"


def test_every_field_of_the_old_format_is_migrated() -> None:
    """A field of `OF_0_1_0` that the migration drops would leave its value out of the result."""
    old = msgspec.json.decode(OF_0_1_0)
    text = msgspec.json.encode(decode(OF_0_1_0)).decode()
    for name, value in old.items():
        assert name == "clock" or msgspec.json.encode(value).decode().strip("{}[]") in text or name in {"ramp"}, name


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"connections": "many"}', b"\xff\xfe", b'{"x":' + b"[" * 100_000, b'{"version": "x"}']
)
def test_a_file_that_cannot_be_read_is_kept_aside(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert settings.load(path) == DEFAULTS
    assert (tmp_path / "settings.unreadable.json").read_bytes() == content
    assert "settings.unreadable.json" in caplog.text
    assert settings.load(path) == DEFAULTS, "a missing file gives the defaults"


def test_a_file_of_a_newer_version_is_kept_aside_and_never_overwritten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "settings.json"
    newer = b'{"version": 99, "choices": "in a form of the future"}'
    path.write_bytes(newer)
    with caplog.at_level(logging.WARNING):
        assert settings.load(path) == DEFAULTS
    settings.save(path, DEFAULTS)
    assert (tmp_path / "settings.version-99.json").read_bytes() == newer
    assert "version 99" in caplog.text


def test_numbers_that_no_window_can_have_are_brought_into_range(stage: Stage) -> None:
    wild = Settings(
        version=VERSION,
        choices=Choices(
            width=10**12,
            height=-(10**12),
            connections=10**12,
            duration_s=1e300,
            theme="\0",
            latency_clock="sundial",
            recent=["\0.wav", "a\udc80.wav"],
        ),
    )

    async def live(window: MainWindow) -> None:
        settings.restore(window.state, wild)
        chosen, bar = window.state.choices, window.live_page.run_bar
        assert (chosen.width, chosen.height, chosen.theme) == (10_000, 320, "system")
        assert chosen.connections == bar.connections.value() == bar.connections.maximum()
        assert chosen.duration_s == bar.duration.value() == bar.duration.maximum()

    stage(Waiting, live)


def test_parameters_that_flux_refuses_are_not_restored() -> None:
    state = AppState()
    settings.restore(state, Settings(version=VERSION, choices=Choices(options=FluxOptions(eot_threshold=0.1))))
    assert state.choices.options == DEFAULT_OPTIONS


def test_a_remembered_account_is_kept_while_its_list_has_not_been_loaded(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        chosen = Choices(profile="work", region="eu-west-1", endpoint="flux-en-prod")
        settings.restore(window.state, Settings(version=VERSION, choices=chosen))
        window.live_page.run_bar.connections.setValue(3)
        choices = settings.collect(window.state).choices
        assert (choices.profile, choices.region, choices.endpoint) == ("work", "eu-west-1", "flux-en-prod")
        assert window.state.endpoint == "local", "an endpoint that is not listed is not used"
        window.live_page.endpoint_panel.account.set_choices(["home"], ["us-east-1", "eu-west-1"])
        choices = settings.collect(window.state).choices
        assert (choices.profile, choices.region) == ("", "eu-west-1"), "a profile that does not exist is not kept"

    stage(Waiting, live)


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        settings.save(tmp_path / "file" / "settings.json", DEFAULTS)
    assert "Could not save the settings" in caplog.text


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


def test_diagnostics_and_dialogs_open_without_blocking(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.help.copy_diagnostics()
        window.help.show_about()
        window.help.show_log()
        await until(lambda: len(window.live_page.banners.banners()) == 1, "the copy is confirmed")

    stage(Waiting, live)


def test_own_presets_come_back_and_invalid_ones_do_not(tmp_path: Path) -> None:
    good, bad = ParameterSet("Mine", 0.8, 0.5, 4000), ParameterSet("Edited by hand", 7.0, None, 4000)
    settings.save(tmp_path / "s.json", Settings(version=VERSION, choices=Choices(presets=[good, bad])))
    state = AppState()
    settings.restore(state, settings.load(tmp_path / "s.json"))
    assert state.choices.presets == [good]
