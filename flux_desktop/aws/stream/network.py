"""What all streams of one process share: one network thread, trust, and the way through a proxy.

It stands on the AWS common runtime's public API. No connection is kept or shared: each stream asks for its own.
"""

from __future__ import annotations

from concurrent.futures import Future as ThreadFuture
from typing import Any, cast

from awscrt import http as crt_http
from awscrt import io as crt_io

from flux_desktop.aws.errors.trust import Proxy, TrustStore, proxy_for
from flux_desktop.aws.stream.network_thread import NetworkThread
from flux_desktop.aws.stream.nodelay import NoDelay
from flux_desktop.aws.stream.receive_queue import ReceiveQueue
from flux_desktop.aws.target import StreamTimeouts


class Network:
    """What the streams of one process share. Create it on the event loop's thread; `close` when done."""

    def __init__(self, inbox: ReceiveQueue, store: TrustStore, limits: StreamTimeouts) -> None:
        self.inbox = inbox
        self.limits = limits
        self.no_delay = NoDelay()
        self.thread = NetworkThread()
        # One thread for all streams: Python's lock would make more of them wait for each other.
        self._group = crt_io.EventLoopGroup(1)
        self.bootstrap = crt_io.ClientBootstrap(self._group, crt_io.DefaultHostResolver(self._group))
        options = crt_io.TlsContextOptions()
        if store.file or store.folder:
            options.override_default_trust_store_from_path(store.folder, store.file)
        self._tls = crt_io.ClientTlsContext(options)
        self.socket_options = crt_io.SocketOptions()
        self.socket_options.connect_timeout_ms = int(limits.connect_s * 1000)
        # Finds a half-open connection after about a minute of silence; HTTP/2 PING is not on offer.
        self.socket_options.keep_alive = True
        self.socket_options.keep_alive_timeout_secs = 30
        self.socket_options.keep_alive_interval_secs = 10
        self.socket_options.keep_alive_max_probes = 3

    def connect(self, host: str, port: int) -> ThreadFuture[Any]:
        """Start one connection of its own to `host`; HTTP/2 or nothing."""
        tls = self._tls.new_connection_options()
        tls.set_server_name(host)
        tls.set_alpn_list(["h2"])
        return cast(
            "ThreadFuture[Any]",
            crt_http.Http2ClientConnection.new(
                host_name=host,
                port=port,
                bootstrap=self.bootstrap,
                socket_options=self.socket_options,
                tls_connection_options=tls,
                proxy_options=_proxy_options(proxy_for(host, port)),
            ),
        )


def _proxy_options(proxy: Proxy | None) -> crt_http.HttpProxyOptions | None:
    if proxy is None:
        return None
    tls = None
    if proxy.over_tls:
        tls = crt_io.ClientTlsContext(crt_io.TlsContextOptions()).new_connection_options()
        tls.set_server_name(proxy.host)
    return crt_http.HttpProxyOptions(
        proxy.host,
        proxy.port,
        tls_connection_options=tls,
        auth_type=crt_http.HttpProxyAuthenticationType.Basic
        if proxy.username
        else crt_http.HttpProxyAuthenticationType.Nothing,
        auth_username=proxy.username,
        auth_password=proxy.password,
        connection_type=crt_http.HttpProxyConnectionType.Tunneling,
    )
