"""The account's endpoints in the window: listed, filtered, told of when they cannot be had."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flux_desktop.aws.account.endpoint_details import Variant
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.panels.endpoint_panel import EndpointPanel
from flux_desktop.ui.services.account import AwsAccount, variant_text
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.details import DetailsDialog
from flux_desktop.ui.window import endpoint_loader
from flux_desktop.ui.window.main_window import MainWindow
from tests.aws.control_plane_stub import control_plane
from tests.aws.many_endpoints import MANY, page_of_many
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Engines, Waiting, with_sample

EXPIRED = Problem(
    code="sso_expired",
    what="The single sign-on session of the profile voice-dev has expired, or was never begun.",
    todo="Run: aws sso login --profile voice-dev",
)


class FakeAccount:
    def __init__(self) -> None:
        self.asked: list[tuple[str | None, str]] = []
        self.problem: Problem | None = None
        self.slow: asyncio.Event | None = None
        self.default: tuple[str | None, str] = (None, "us-east-1")

    def is_configured(self) -> bool:
        return True

    async def choices(self) -> tuple[list[str], list[str]]:
        return ["voice-dev"], ["us-east-1", "eu-west-1"]

    async def defaults(self, profile: str | None) -> tuple[str | None, str]:
        return self.default[0] or profile, self.default[1]

    async def endpoints(self, profile: str | None, region: str) -> list[EndpointEntry]:
        self.asked.append((profile, region))
        if self.slow is not None and len(self.asked) == 1:
            await self.slow.wait()
        if self.problem is not None:
            raise ProblemError(self.problem)
        return [
            EndpointEntry(f"flux-en-{region}", "changed 2026-11-01 10:00"),
            EndpointEntry("flux-multi-dev", "changed 2026-11-02 10:00", "Creating"),
            EndpointEntry("flux-old", "changed 2026-01-02 10:00", "Failed"),
        ]

    async def identity(self, profile: str | None, region: str) -> str:
        return "arn:aws:sts::123456789012:assumed-role/Voice/me"

    async def details(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        return [("Status", "InService"), ("Failure reason", "<b>quota</b> exceeded")]

    async def load(self, profile: str | None, region: str, name: str) -> list[tuple[str, str]]:
        if name == "flux-old":
            raise ProblemError(
                Problem(code="access_denied", what="These credentials are not allowed to call cloudwatch.")
            )
        return [("Load of AllTraffic", "12 streams · GPU 83 % busy")] if "en" in name else []


def names(window: MainWindow) -> list[str]:
    return [entry.name for entry in window.state.endpoints.shown()]


def test_the_list_is_loaded_filtered_and_chosen_from(stage: Stage) -> None:
    account, engines = FakeAccount(), Engines()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.live_page.endpoint_panel.open_account(True)
        box = window.live_page.endpoint_panel.account
        await until(lambda: "as assumed-role/Voice/me" in box.words.text(), "the identity is shown")
        assert names(window) == ["local", "flux-en-us-east-1", "flux-multi-dev", "flux-old"]
        box.region.setCurrentText("eu-west-1")
        await until(lambda: "flux-en-eu-west-1" in names(window), "the other region is loaded")
        box.status.setCurrentText("Failed")
        assert names(window) == ["local", "flux-old"]
        box.status.setCurrentIndex(0)
        box.name.setText("EN-EU")
        assert names(window) == ["local", "flux-en-eu-west-1"]
        window.live_page.endpoint_panel.select("flux-en-eu-west-1")
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        plan = engines[0].plan
        assert (plan.endpoint, plan.region, plan.profile) == ("flux-en-eu-west-1", "eu-west-1", None)

    stage(engines, live, account)


def test_profile_and_region_of_the_environment_are_shown_and_used(stage: Stage) -> None:
    account = FakeAccount()
    account.default = ("corp", "ap-south-2")

    async def live(window: MainWindow) -> None:
        window.live_page.endpoint_panel.open_account(True)
        box = window.live_page.endpoint_panel.account
        await until(lambda: "flux-en-ap-south-2" in names(window), "the configured region is loaded")
        assert box.profile.currentText() == "default chain (corp)"
        assert window.state.access == (None, "ap-south-2")
        box.region.setCurrentText("eu-west-1")
        await until(lambda: "flux-en-eu-west-1" in names(window), "the chosen region is loaded")
        account.default = (None, "sa-east-1")
        box.profile.setCurrentText("voice-dev")
        await until(lambda: account.asked[-1] == ("voice-dev", "eu-west-1"), "a chosen region stays chosen")

    stage(Waiting, live, account)


async def test_the_real_account_resolves_profile_and_region(monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    config = tmp_path / "elsewhere"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert not AwsAccount().is_configured()
    config.write_text("[profile corp]\nregion = eu-north-1\n[profile other]\nregion = eu-south-1\n")
    account = AwsAccount()
    assert account.is_configured()
    monkeypatch.setenv("AWS_PROFILE", "corp")
    assert await account.defaults(None) == ("corp", "eu-north-1")
    assert await account.defaults("other") == ("other", "eu-south-1")
    monkeypatch.setenv("AWS_PROFILE", "lost")
    assert (await account.choices())[0] == ["corp", "other"]
    with pytest.raises(ProblemError, match="“lost”"):
        await account.defaults(None)


async def test_a_role_with_mfa_is_a_problem_and_not_a_prompt(monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    config = tmp_path / "config"
    config.write_text(
        "[profile cp]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = src\n"
        "mfa_serial = arn:aws:iam::1:mfa/me\n"
        "[profile src]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(ProblemError) as caught:
        await AwsAccount().endpoints("cp", "us-east-1")
    assert caught.value.problem.code == "mfa_required"


def test_an_expired_sign_in_names_the_command_and_goes_on_by_itself(stage: Stage, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(endpoint_loader, "LOGIN_POLL_S", 0.02)
    account = FakeAccount()

    async def live(window: MainWindow) -> None:
        window.live_page.endpoint_panel.open_account(True)
        await until(lambda: len(names(window)) == 4, "the list is there")
        account.problem = EXPIRED
        window.loader.load()
        box = window.live_page.endpoint_panel.account
        await until(lambda: not box.copy_button.isHidden(), "the command is offered")
        box.copy_button.click()
        assert QGuiApplication.clipboard().text() == "aws sso login --profile voice-dev"
        assert not box.retry_button.isHidden()
        assert len(names(window)) == 4
        account.problem = None
        await until(lambda: "3 endpoints" in box.words.text(), "it went on by itself")

    stage(Waiting, live, account)


def test_a_newer_choice_cancels_the_older_request(stage: Stage) -> None:
    account = FakeAccount()
    account.slow = asyncio.Event()

    async def live(window: MainWindow) -> None:
        window.live_page.endpoint_panel.open_account(True)
        await until(lambda: len(account.asked) == 1, "the first request is under way")
        window.live_page.endpoint_panel.account.region.setCurrentText("eu-west-1")
        await until(lambda: "flux-en-eu-west-1" in names(window), "the second one is answered")
        assert window.tasks.running("account") == []

    stage(Waiting, live, account)


def test_a_variant_tells_its_share_of_the_streams_and_the_instances_that_are_to_be() -> None:
    steady = Variant(name="a", instance_type="ml.g6.2xlarge", instances=2, instances_wanted=2, weight=3.0)
    growing = Variant(name="b", instance_type="ml.g6.4xlarge", instances=1, instances_wanted=4, weight=1.0)
    assert variant_text(steady, [steady]) == "2 × ml.g6.2xlarge"
    both = [steady, growing]
    assert variant_text(steady, both) == "2 × ml.g6.2xlarge · 75 % of the streams, by weight 3"
    assert variant_text(growing, both) == ("1 × ml.g6.4xlarge · 4 wanted · 25 % of the streams, by weight 1")


def test_details_are_shown_as_plain_text(stage: Stage) -> None:
    account = FakeAccount()

    async def live(window: MainWindow) -> None:
        window.live_page.endpoint_panel.open_account(True)
        await until(lambda: len(names(window)) == 4, "the list is there")
        label_texts: list[str] = []

        def filled(words: str) -> bool:
            label_texts[:] = [label.text() for label in window.findChildren(QLabel)]
            return words in label_texts

        window.live_page.endpoint_panel.select("flux-old")
        window.live_page.endpoint_panel.details_button.click()
        refused = "Load figures are unavailable. These credentials are not allowed to call cloudwatch."
        await until(lambda: filled(refused), "what is not permitted is told, after the details")
        assert "<b>quota</b> exceeded" in label_texts
        window.findChild(DetailsDialog).reject()
        window.live_page.endpoint_panel.select("flux-en-us-east-1")
        window.live_page.endpoint_panel.details_button.click()
        await until(lambda: filled("12 streams · GPU 83 % busy"), "the load is shown")

    stage(Waiting, live, account)


async def test_an_account_with_more_than_a_thousand_endpoints_is_listed_whole(
    qtbot: QtBot, theme: ThemeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x" * 40)):
        monkeypatch.setenv(name, value)
    with control_plane(ListEndpoints=page_of_many) as plane:
        monkeypatch.setenv("AWS_ENDPOINT_URL", plane.url)
        listed = await AwsAccount().endpoints(None, "us-east-1")
    state = AppState()
    state.endpoints.account = listed
    panel = EndpointPanel(theme, state)
    qtbot.addWidget(panel)
    assert panel.list.count() == MANY + 1, "and the built-in one"
    panel.select("flux-1106")
    assert state.endpoint == "flux-1106"
    assert panel.list.currentRow() == MANY
