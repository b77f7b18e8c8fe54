"""Whoever gets a secret into its hands makes it known, so that it is taken out of everything by value."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.audio.devices import input_devices
from flux_desktop.aws.account import catalogue
from flux_desktop.aws.account.credentials import read_credentials
from flux_desktop.aws.target import Credentials
from flux_desktop.base import logs, redaction
from flux_desktop.engine.records.commands import ProxyVariables, StartRun
from flux_desktop.engine.records.events import Received, encode_event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.worker.received_secrets import take_secrets
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings, EndpointState
from flux_desktop.local_endpoint.recognition.pools import Pools
from tests.local_endpoint.wire_client import WireClient

ACCESS, SECRET, TOKEN = "access-key-of-the-test", "secret-key-of-the-test", "session-token-of-the-test"


def known(*values: str) -> bool:
    """Whether these are taken out of data, where nothing but their value tells of them."""
    return all(redaction.redact_data(f"say {value} now") == "say [removed] now" for value in values)


def test_nothing_is_known_at_first() -> None:
    assert not known(SECRET)
    assert redaction.redact_data(f"say {SECRET} now") == f"say {SECRET} now"


def in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


def test_credentials_and_sign_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    cache = tmp_path / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    signed_in = {name: f"{name}-of-the-test" for name in ("accessToken", "refreshToken", "clientSecret")}
    (cache / "a.json").write_text(json.dumps({**signed_in, "expiresAt": "2030-01-01T00:00:00Z"}))
    (cache / "b.json").write_text("not json")
    in_environment(monkeypatch)
    assert read_credentials().secret_key == SECRET
    assert known(ACCESS, SECRET, TOKEN, *signed_in.values())


def test_keys_that_boto3_alone_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    in_environment(monkeypatch)
    catalogue.client(catalogue.Access(region="us-east-1"), "sagemaker")
    assert known(ACCESS, SECRET, TOKEN)


async def test_keys_of_the_built_in_endpoint() -> None:
    local = LocalEndpoint()
    try:
        info = await local.start(["--recogniser", "silent"])
    finally:
        await local.stop()
    assert known(info.access_key, info.secret_key)


def test_the_built_in_endpoint_knows_its_own_keys() -> None:
    service = EndpointState(EndpointSettings(recogniser="silent"), {}, [], Faults(), Pools())
    assert known(service.access_key, service.secret_key)
    assert (len(service.access_key), len(service.secret_key) >= 40) == (21, True)


def test_a_worker_knows_what_came_over_its_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    keys = Credentials(access_key=ACCESS, secret_key=SECRET, session_token=TOKEN)
    proxies = ProxyVariables({"HTTPS_PROXY": "http://me:password-of%20the%20proxy@proxy.example:1"})
    options = FluxOptions(extra=(("api_key", "key-of-a-parameter"), ("beam", "wide-and-narrow")))
    variant = FluxOptions(extra=(("signature", "signature-of-an-arm"),))
    plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"), options=options, variants=(variant,))
    take_secrets(StartRun(plan=plan, connections=[1], origin_s=0.0, credentials=keys, proxies=proxies))
    assert known(ACCESS, SECRET, TOKEN, "password-of the proxy", "password-of%20the%20proxy")
    assert known("key-of-a-parameter", "signature-of-an-arm")
    assert not known("wide-and-narrow")
    assert known(base64.b64encode(b"me:password-of the proxy").decode())
    event_line = encode_event(Received(t=0.0, conn=1, type="TurnInfo", text=f"say {SECRET} now"))
    assert SECRET.encode() not in event_line, "neither does it pass it on"


def test_what_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_environment(monkeypatch)
    monkeypatch.setenv("https_proxy", "me:password-of-the-proxy@proxy.example:1")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        logs.set_up(logging.WARNING)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert known(ACCESS, SECRET, TOKEN, "password-of-the-proxy")
    assert not known(str(tmp_path)), "the name of a file is no secret"


async def test_the_list_of_microphones_is_asked_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    in_environment(monkeypatch)
    script = (
        "import json, os; print(json.dumps({'devices': [{'index': 0, 'channels': 1, "
        "'default_sample_rate_hz': 1, 'name': os.environ.get('AWS_SECRET_ACCESS_KEY', 'none')}]}))"
    )
    (device,) = await input_devices(command=(sys.executable, "-c", script))
    assert device.name == "none"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads environments in /proc")
def test_a_recogniser_gets_no_keys_from_an_endpoint_that_has_them() -> None:
    command = [sys.executable, "-m", "flux_desktop.local_endpoint", "--parent-pipe", "--recogniser", "whisper"]
    environment = {**os.environ, "AWS_SECRET_ACCESS_KEY": SECRET}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with WireClient(json.loads(process.stdout.readline())) as client:
            client.wait_for("Connected")
            # The first sound that is not digital silence starts the recogniser's process.
            client.audio(bytes(range(1, 129)) * 320)
            client.wait_for("Update")
        listings = Path(f"/proc/{process.pid}/task").glob("*/children")
        children = [pid for listing in listings for pid in listing.read_text().split()]
        environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in children]
        process.stdin.close()
    assert environments
    assert not [words for words in environments if SECRET.encode() in words]
