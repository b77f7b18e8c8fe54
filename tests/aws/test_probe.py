"""The preflight's exact reasons, and those of the stream itself where the preflight is not asked."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from flux_desktop.aws import probe as module
from flux_desktop.aws.probe import ProbeTimings, probe
from flux_desktop.aws.stream.opener import StreamOpener
from flux_desktop.aws.target import StreamTarget, StreamTimeouts
from flux_desktop.base.problem import Problem, ProblemError
from tests.aws.connect_proxy import connect_proxy
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CREDENTIALS, PATIENT, QUERY, Recorder, open_problem, opened
from tests.aws.throwaway_ca import Authority, make_authority
from tests.waiting import PATIENCE_S


def target(url: str, ca_file: str | None = None) -> StreamTarget:
    return StreamTarget(endpoint_name="e", region="us-east-1", endpoint_url=url, ca_file=ca_file)


async def problem_of(url: str, ca_file: str | None = None) -> Problem:
    with pytest.raises(ProblemError) as caught:
        await probe(target(url, ca_file), limit_s=PATIENCE_S)
    problem = caught.value.problem
    assert "{" not in problem.sentence()
    return problem


@contextlib.asynccontextmanager
async def tcp_server(answer: bytes | None) -> AsyncIterator[int]:
    """Accepts, reads a little and answers `answer`; None: never says a word."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if answer is None:
                await over.wait()
            else:
                await reader.read(100)
                writer.write(answer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()


async def test_a_good_way(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer:
        timings = await probe(target(peer.url, peer.ca_file))
        assert 0 < timings.tcp_s < PATIENCE_S
        assert 0 < timings.tls_s < PATIENCE_S
        assert timings.tls_version.startswith("TLS")


async def test_trust_from_the_environment(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.ca_file))
    async with hostile_peer(authority, "connected") as peer:
        assert isinstance(await probe(target(peer.url)), ProbeTimings)


async def test_refused() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        problem = await problem_of(f"https://127.0.0.1:{free.getsockname()[1]}")
    assert problem.code == "connect_refused"


async def test_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    problem = await problem_of("https://runtime.sagemaker.us-east-7.amazonaws.com:8443")
    assert problem.code == "dns_failure"
    assert "runtime.sagemaker.us-east-7" in problem.what


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port on which nobody ever answers: once its queue is full, a listener that accepts nobody drops all."""
    with socket.socket() as full, contextlib.ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            knocking = stack.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(full.getsockname())
        yield full.getsockname()[1]


async def test_black_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_LIMIT_S", 0.2)
    with black_hole() as port:
        problem = await problem_of(f"https://127.0.0.1:{port}")
    assert problem.code == "connect_timeout"
    assert "8443" in problem.todo


async def test_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_LIMIT_S", 0.2)
    async with tcp_server(None) as port:
        problem = await problem_of(f"https://127.0.0.1:{port}")
    assert problem.code == "tls_timeout"
    assert "443" in problem.todo


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"])
async def test_plain_text(answer: bytes) -> None:
    async with tcp_server(answer) as port:
        assert (await problem_of(f"https://127.0.0.1:{port}")).code == "not_tls"


async def test_server_that_hangs_up() -> None:
    async with tcp_server(b"") as port:
        assert (await problem_of(f"https://127.0.0.1:{port}")).code in ("connection_lost", "tls_failed")


async def test_untrusted(authority: Authority, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path)
    async with hostile_peer(authority, "connected") as peer:
        assert (await problem_of(peer.url, str(stranger.ca_file))).code == "tls_untrusted"
        problem = await problem_of(peer.url)
        assert problem.code == "tls_untrusted"
        assert "--ca-bundle" in problem.todo


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ({"expired": True}, "tls_expired"),
        ({"hosts": ("127.0.0.2", "example.test")}, "tls_wrong_host"),
        ({"alpn": ("http/1.1",)}, "not_http2"),
    ],
)
async def test_certificates_and_protocols(authority: Authority, context: dict[str, object], code: str) -> None:
    tls_context: ssl.SSLContext = authority.server_context(**context)  # type: ignore[arg-type]
    async with hostile_peer(authority, "connected", context=tls_context) as peer:
        assert (await problem_of(peer.url, peer.ca_file)).code == code


async def test_name_of_another_host(authority: Authority) -> None:
    tls_context = authority.server_context(hosts=("example.test",))
    async with hostile_peer(authority, "connected", context=tls_context) as peer:
        assert (await problem_of(peer.url.replace("127.0.0.1", "localhost"), peer.ca_file)).code == "tls_wrong_host"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "127.0.0.1:1", "https://", "https://host:port", "nonsense"])
async def test_unusable_addresses(url: str) -> None:
    assert (await problem_of(url)).code == "address_invalid"
    opener = StreamOpener(target(url))
    with pytest.raises(ProblemError) as caught:
        await opener.open(QUERY, CREDENTIALS, Recorder())
    assert caught.value.problem.code == "address_invalid"
    await opener.close()


@pytest.mark.parametrize("content", [None, b"", b"no certificate\n"])
async def test_unusable_authorities(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    problem = await problem_of("https://127.0.0.1:1", str(path))
    assert problem.code == "ca_file_unusable"
    assert str(path) in problem.what


# ---------------------------------------------------------------- the stream itself, where the preflight is not asked


async def test_stream_is_refused_http_1(authority: Authority) -> None:
    tls_context = authority.server_context(alpn=("http/1.1",))
    async with hostile_peer(authority, "connected", context=tls_context) as peer:
        assert (await open_problem(peer)).code in ("not_http2", "tls_failed")


async def test_stream_of_an_untrusted_peer_tells_why(authority: Authority, tmp_path: Path) -> None:
    """The stream's own library would take up to half a minute; the limit and the preflight cut that short."""
    stranger = make_authority(tmp_path)
    async with hostile_peer(authority, "connected") as peer:
        limits = msgspec.structs.replace(PATIENT, tls_reason_s=1.0)
        problem = await open_problem(peer, limits, ca_file=str(stranger.ca_file))
        assert problem.code == "tls_untrusted"
        assert not peer.sessions


async def test_stream_to_a_closed_port(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer:
        port = peer.port
    peer.port = port
    assert (await open_problem(peer)).code == "connect_refused"


async def stream_problem(port: int, limits: StreamTimeouts) -> Problem:
    opener = StreamOpener(target(f"https://127.0.0.1:{port}"), limits)
    try:
        with pytest.raises(ProblemError) as caught:
            await opener.open(QUERY, CREDENTIALS, Recorder())
    finally:
        await opener.close()
    return caught.value.problem


async def test_stream_into_a_black_hole() -> None:
    with black_hole() as port:
        problem = await stream_problem(port, StreamTimeouts(connect_s=0.3))
    assert problem.code == "connect_timeout"
    assert "0.3 s" in problem.what


async def test_stream_to_a_server_in_plain_text() -> None:
    async with tcp_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert (await stream_problem(port, StreamTimeouts(tls_reason_s=1.0))).code == "not_tls"


# ---------------------------------------------------------------- through a proxy


async def test_stream_and_preflight_go_through_the_proxy(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hostile_peer(authority, "connected") as peer, connect_proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:se%40cret@127.0.0.1:{proxy.port}")
        assert (await probe(target(peer.url, peer.ca_file))).through_proxy
        async with opened(peer) as (stream, recorder):
            assert recorder.messages
            stream.send_audio(b"\x00\x00")
            await peer.sessions[-1].frames_count(1)
        assert [request.target for request in proxy.requests] == [f"127.0.0.1:{peer.port}"] * 2
        expected = "Basic " + base64.b64encode(b"me:se@cret").decode()
        assert {request.authorization for request in proxy.requests} == {expected}


async def test_a_stream_trusts_the_same_authorities_at_a_proxy_over_tls(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_tls = connect_proxy(tls=authority.server_context(("127.0.0.1", "localhost"), alpn=("http/1.1",)))
    async with hostile_peer(authority, "connected") as peer, over_tls as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://localhost:{proxy.port}")
        async with opened(peer) as (_, recorder):
            assert recorder.messages
        assert [request.target for request in proxy.requests] == [f"127.0.0.1:{peer.port}"]


async def test_no_proxy_is_obeyed(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hostile_peer(authority, "connected") as peer, connect_proxy() as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
        assert not (await probe(target(peer.url, peer.ca_file))).through_proxy
        async with opened(peer):
            pass
        assert not proxy.requests


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("http://127.0.0.1:9", "proxy_unreachable"),
        ("http://proxy:port", "proxy_invalid"),
        ("socks5://p:1", "proxy_invalid"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_named_by_preflight_and_stream(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, setting: str, code: str
) -> None:
    async with hostile_peer(authority, "connected") as peer:
        monkeypatch.setenv("HTTPS_PROXY", setting)
        with pytest.raises(ProblemError) as caught:
            await probe(target(peer.url, peer.ca_file))
        for problem in (caught.value.problem, await open_problem(peer)):
            assert problem.code == code
            assert "HTTPS_PROXY" in problem.sentence()


async def test_proxy_that_says_no(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = connect_proxy(status="407 Proxy Authentication Required")
    async with hostile_peer(authority, "connected") as peer, refusing as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        problem = await problem_of(peer.url, peer.ca_file)
        assert problem.code == "proxy_failed"
        assert "407" in problem.why
        assert (await open_problem(peer)).code == "proxy_failed"


async def test_a_handshake_that_was_cut_short_is_not_blamed_on_the_certificate(authority: Authority) -> None:
    """The stream's own library only says that TLS failed; the second look finds nothing wrong."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        with contextlib.suppress(OSError):
            if connections == 1:
                await reader.read(100)
                writer.write(bytes.fromhex("15030300020228"))  # a fatal alert: handshake failure
            else:
                upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", urlsplit(peer.url).port)
                await asyncio.gather(_pump(reader, upstream_writer), _pump(upstream_reader, writer))
        writer.close()

    async with hostile_peer(authority, "connected") as peer:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        opener = StreamOpener(target(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", str(authority.ca_file)))
        with pytest.raises(ProblemError) as caught:
            await opener.open(QUERY, CREDENTIALS, Recorder())
        await opener.close()
        server.close()
        await server.wait_closed()
    assert caught.value.problem.code == "tls_broken_off"
    assert connections == 2


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()
