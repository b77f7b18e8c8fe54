"""Network resources that all streams of a process share: one network thread, TLS trust and the proxy.

Uses the AWS common runtime's public API. Which streams use which connection is up to `connections`.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """The shared resources of one process's streams. Create it on the event loop's thread; freed with its last user."""

    def __init__(self, inbox: ReceiveQueue, store: TrustStore, limits: StreamTimeouts) -> None:
        self.inbox = inbox
        self.limits = limits
        self.no_delay = NoDelay()
        self.thread = NetworkThread()
        # One thread for all streams: more of them would only wait for each other on Python's global lock.
        self._group = crt_io.EventLoopGroup(1)
        self.bootstrap = crt_io.ClientBootstrap(self._group, crt_io.DefaultHostResolver(self._group))
        options = crt_io.TlsContextOptions()
        if store.file or store.folder:
            options.override_default_trust_store_from_path(store.folder, store.file)
        self._tls = crt_io.ClientTlsContext(options)
        self.socket_options = crt_io.SocketOptions()
        self.socket_options.connect_timeout_ms = int(limits.connect_s * 1000)
        # Detects a half-open connection after about a minute of silence; awscrt offers no HTTP/2 PING.
        self.socket_options.keep_alive = True
        self.socket_options.keep_alive_timeout_secs = 30
        self.socket_options.keep_alive_interval_secs = 10
        self.socket_options.keep_alive_max_probes = 3

    def connect(
        self, host: str, port: int, on_settings: Callable[[list[crt_http.Http2Setting]], None]
    ) -> ThreadFuture[Any]:
        """Start a new connection to `host`, with HTTP/2 as the only protocol offered.

        `on_settings` is called on the network thread with each settings frame of the server.
        """
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
                proxy_options=self._proxy_options(proxy_for(host, port)),
                on_remote_settings_changed=on_settings,
            ),
        )

    def _proxy_options(self, proxy: Proxy | None) -> crt_http.HttpProxyOptions | None:
        if proxy is None:
            return None
        tls = None
        if proxy.over_tls:  # the same authorities as for the service
            tls = self._tls.new_connection_options()
            tls.set_server_name(proxy.host)
        kinds = crt_http.HttpProxyAuthenticationType
        return crt_http.HttpProxyOptions(
            proxy.host,
            proxy.port,
            tls_connection_options=tls,
            auth_type=kinds.Basic if proxy.username else kinds.Nothing,
            auth_username=proxy.username,
            auth_password=proxy.password,
            connection_type=crt_http.HttpProxyConnectionType.Tunneling,
        )
