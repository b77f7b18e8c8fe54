"""Secrets on their way: never in a child's environment or on its command line; TLS and proxies as boto3 has them."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec
import pytest
from botocore.utils import get_environ_proxies

from flux_desktop.aws.account import catalogue
from flux_desktop.aws.errors.trust import proxy_for
from flux_desktop.aws.probe import probe
from flux_desktop.base.child_environment import child_environment, proxy_logins
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.records.commands import ProxyVariables
from flux_desktop.engine.records.events import ConnectionChanged, Event
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import RunPlan, WavSource, plan_problems
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.engine.supervision.supervisor import Supervisor
from tests.aws.connect_proxy import connect_proxy
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CREDENTIALS, Recorder, opener_to, target_of
from tests.aws.throwaway_ca import make_authority
from tests.recordings import content

PASSWORD = "se@cret/of the proxy"
SAMPLE = str(resource_path("sample_audio/conversation.wav"))


@pytest.fixture
async def endpoint() -> AsyncIterator[tuple[LocalEndpointInfo, int]]:
    """The built-in endpoint, to be reached as one of AWS, and its process id."""
    local = LocalEndpoint()
    try:
        info = await local.start(["--recogniser", "silent", "--endpoint", "flux-prod=InService"])
        assert local._child is not None
        assert local._child.process is not None
        yield info, local._child.process.pid
    finally:
        await local.stop()


@pytest.fixture
def keys_in_environment(endpoint: tuple[LocalEndpointInfo, int], monkeypatch: pytest.MonkeyPatch) -> LocalEndpointInfo:
    """A person's environment with keys for it and its authority."""
    info, _ = endpoint
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", info.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", info.secret_key)
    monkeypatch.setenv("AWS_CA_BUNDLE", info.ca_file)
    monkeypatch.setenv("DEEPGRAM_API_KEY", "of-no-use-to-any-child")
    return info


def children() -> list[int]:
    """This process's children, and theirs."""
    pids, waiting = [], [os.getpid()]
    while waiting:
        for listing in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            new = [int(pid) for pid in listing.read_text().split()]
            pids += new
            waiting += new
    return pids


def told_to_others() -> dict[int, bytes]:
    """What every program of this user can read of the children: their environments and command lines."""
    return {
        pid: b"".join((Path("/proc") / str(pid) / name).read_bytes() for name in ("environ", "cmdline"))
        for pid in children()
    }


def plan(info: LocalEndpointInfo, **changes: object) -> RunPlan:
    """A short run on what looks like an endpoint of AWS."""
    run_plan = RunPlan(endpoint="flux-prod", source=WavSource(path=SAMPLE), endpoint_url=info.url, duration_s=1.0)
    return msgspec.structs.replace(run_plan, **changes)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads environments in /proc")
async def test_a_run_through_a_proxy_that_wants_a_password_tells_no_secret_to_others(
    keys_in_environment: LocalEndpointInfo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    info = keys_in_environment
    seen: dict[int, bytes] = {}

    def tell(event: Event) -> None:
        if isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING:
            seen.update(told_to_others())

    async with connect_proxy() as proxy:
        login = f"me:{quote(PASSWORD, safe='')}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{login}@127.0.0.1:{proxy.port}")
        ended = await Supervisor(tell, sessions_dir=tmp_path).run(plan(info))
        listed = await in_thread(
            lambda: catalogue.list_endpoints(catalogue.Access(region=info.region, endpoint_url=info.url)), 10
        )
    assert ended.ledger["no transcript"] == 1, "the stream went through and was closed in order"
    assert "flux-prod" in [entry.name for entry in listed]
    expected = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    assert {request.authorization for request in proxy.requests} == {expected}
    assert {request.target for request in proxy.requests} == {info.url.removeprefix("https://")}
    assert len(proxy.requests) >= 3, "the look before, the stream, and boto3"
    assert len(seen) >= 2, "the endpoint and the worker"
    secrets = (info.access_key, info.secret_key, PASSWORD, quote(PASSWORD, safe=""), "of-no-use-to-any-child")
    for pid, words in seen.items():
        assert b"python" in words, pid
        assert not [secret for secret in secrets if secret.encode() in words], pid
    recorded = b"".join(content(path) for path in tmp_path.glob("*/*.jsonl.gz"))  # noqa: ASYNC240
    assert b"flux-prod" in recorded
    assert not [secret for secret in secrets if secret.encode() in recorded]


@pytest.mark.parametrize("named_by", ["configuration", "requests", "profile"])
async def test_a_stream_trusts_whom_boto3_trusts(
    keys_in_environment: LocalEndpointInfo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named_by: str
) -> None:
    info = keys_in_environment
    monkeypatch.delenv("AWS_CA_BUNDLE")
    profile = "voice" if named_by == "profile" else None
    if named_by == "requests":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", info.ca_file)
    else:
        section = f"[profile {profile}]" if profile else "[default]"
        keys = f"aws_access_key_id = {info.access_key}\naws_secret_access_key = {info.secret_key}\n"
        config = tmp_path / "config"
        config.write_text(f"{section}\nca_bundle = {info.ca_file}\n{keys}")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    access = catalogue.Access(region=info.region, endpoint_url=info.url, profile=profile)
    listed = await in_thread(lambda: catalogue.list_endpoints(access), 10)
    assert "flux-prod" in [entry.name for entry in listed]
    ended = await Supervisor(lambda _: None, sessions_dir=tmp_path).run(plan(info, profile=profile))
    assert ended.problem is None
    assert ended.ledger["no transcript"] == 1, "the stream went through and was closed in order"


async def test_the_built_in_endpoint_is_reached_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with connect_proxy(status="403 Forbidden") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        supervisor = Supervisor(lambda _: None, sessions_dir=tmp_path)
        ended = await supervisor.run(
            RunPlan(
                endpoint="local",
                source=WavSource(path=SAMPLE),
                duration_s=0.5,
                local_arguments=("--recogniser", "silent"),
            )
        )
    assert ended.ledger["no transcript"] == 1
    assert not proxy.requests


@pytest.mark.parametrize(
    ("variables", "host", "port"),
    [
        ({}, "runtime.sagemaker.us-east-1.amazonaws.com", 8443),
        ({"HTTPS_PROXY": "http://p.example:3128"}, "runtime.sagemaker.us-east-1.amazonaws.com", 8443),
        ({"https_proxy": "http://p.example"}, "127.0.0.1", 8443),
        ({"https_proxy": "http://p.example", "no_proxy": "*"}, "a.example", 443),
        ({"https_proxy": "http://p.example", "no_proxy": ".amazonaws.com"}, "x.amazonaws.com", 8443),
        ({"https_proxy": "http://p.example", "no_proxy": "amazonaws.com"}, "x.amazonaws.com", 8443),
        ({"https_proxy": "http://p.example", "NO_PROXY": "x.amazonaws.com:8443"}, "x.amazonaws.com", 8443),
        ({"https_proxy": "http://p.example", "NO_PROXY": "other.example, 127.0.0.1"}, "127.0.0.1", 8443),
        ({"https_proxy": "http://p.example", "NO_PROXY": "other.example"}, "x.amazonaws.com", 8443),
        ({"http_proxy": "http://p.example"}, "x.amazonaws.com", 8443),
        ({"https_proxy": "http://u:p%40x@p.example:99"}, "x.amazonaws.com", 8443),
    ],
)
def test_streams_go_through_the_proxy_that_boto3_goes_through(
    variables: dict[str, str], host: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    theirs = get_environ_proxies(f"https://{host}:{port}").get("https")
    ours = proxy_for(host, port)
    assert (ours is None) is (theirs is None)
    if ours is not None and theirs is not None:
        assert (ours.host, ours.username) == (urlsplit(theirs).hostname, urlsplit(theirs).username)


# ---------------------------------------------------------------- environments


def test_a_child_gets_no_key_and_no_password() -> None:
    environment = {
        "PATH": "/bin",
        "AWS_PROFILE": "voice",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "A",
        "AWS_SECRET_ACCESS_KEY": "B",
        "AWS_SESSION_TOKEN": "C",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "D",
        "DEEPGRAM_API_KEY": "E",
        "HTTPS_PROXY": "http://u:p@w@proxy.example:1/",
        "http_proxy": "u:p@proxy.example:2",
        "NO_PROXY": "x.example",
        "FLUX_CLUSTER": "flux-cluster-1:x",
    }
    child_variables = child_environment(environment)
    assert child_variables == {
        "PATH": "/bin",
        "AWS_PROFILE": "voice",
        "AWS_REGION": "eu-west-1",
        "HTTPS_PROXY": "http://proxy.example:1/",
        "http_proxy": "proxy.example:2",
        "NO_PROXY": "x.example",
    }
    assert proxy_logins(environment) == {name: environment[name] for name in ("HTTPS_PROXY", "http_proxy")}
    assert "p@w" not in repr(ProxyVariables(proxy_logins(environment)))


@pytest.mark.parametrize("argument", ["--secret-key", "--secret-key=x", "--sec", "--access-key", "--a=x"])
def test_no_key_goes_onto_the_command_line_of_our_own_endpoint(argument: str) -> None:
    run_plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"), local_arguments=(argument, "x"))
    assert [problem.code for problem in plan_problems(run_plan)] == ["plan_invalid"]
    other = msgspec.structs.replace(run_plan, local_arguments=("--script", "x", "--endpoint", "a=InService"))
    assert not plan_problems(other)


def test_an_address_takes_no_password() -> None:
    run_plan = RunPlan(endpoint="x", source=WavSource(path="a.wav"), endpoint_url="https://me:pw@host.example:1")
    assert [problem.code for problem in plan_problems(run_plan)] == ["plan_invalid"]


# ---------------------------------------------------------------- TLS


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All ways known of asking a library of ours not to verify."""
    monkeypatch.setenv("AWS_CA_BUNDLE", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)


@pytest.mark.parametrize("ca_file", [None, ""])
async def test_an_empty_bundle_switches_nothing_off(wishes: None, tmp_path: Path, ca_file: str | None) -> None:
    async with hostile_peer(make_authority(tmp_path), "connected") as peer:
        target = target_of(peer, ca_file=ca_file)  # type: ignore[arg-type]
        with pytest.raises(ProblemError) as caught:
            await probe(target)
        assert caught.value.problem.code == "tls_untrusted"
        access = catalogue.Access(region="us-east-1", endpoint_url=peer.url, ca_file=ca_file)
        with pytest.raises(ProblemError) as caught:
            await in_thread(lambda: catalogue.list_endpoints(access), 20)
        assert "certificate" in caught.value.problem.sentence().lower()
        if ca_file is not None:  # the stream's own library takes its time to say so
            async with opener_to(peer, ca_file=ca_file) as opener:
                with pytest.raises(ProblemError) as caught:
                    await opener.open("model=flux-general-en", CREDENTIALS, Recorder())
            assert caught.value.problem.code.startswith("tls_")
        assert not peer.sessions, "no request was ever made"


@pytest.mark.parametrize("url", ["http://api.sagemaker.example", "http://10.0.0.1:8080"])
def test_the_control_plane_is_not_asked_in_plain_text(wishes: None, url: str) -> None:
    with pytest.raises(ProblemError) as caught:
        catalogue.list_endpoints(catalogue.Access(region="us-east-1", endpoint_url=url))
    assert caught.value.problem.code == "address_invalid"
