"""Whom a connection trusts and which proxy it goes through, read as boto3 reads them. TLS is never off."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.base.problem import ProblemError


class TrustStore(msgspec.Struct, frozen=True):
    """Certificate authorities as one file or one folder of hashed names; neither: the system's own."""

    file: str | None = None
    folder: str | None = None


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP proxy that tunnels to the service. `repr` hides the password."""

    host: str
    port: int
    over_tls: bool = False
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"


def trust_store(ca_file: str | None, environ: Mapping[str, str] = os.environ) -> TrustStore:
    """`ca_file`, else ``AWS_CA_BUNDLE``, else the system's store.

    Raises `ProblemError` ``ca_file_unusable`` when the named file or folder cannot serve.
    """
    path = ca_file or environ.get("AWS_CA_BUNDLE")
    if not path:
        return TrustStore()
    try:
        if Path(path).is_dir():
            ssl.create_default_context(capath=path)
            return TrustStore(folder=path)
        ssl.create_default_context(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        raise ProblemError(connect_problem("ca_file_unusable", Address("", 0), path)) from error
    return TrustStore(file=path)


def ssl_context(store: TrustStore) -> ssl.SSLContext:
    """A verifying client context that offers HTTP/2, for the preflight."""
    if store.file or store.folder:
        context = ssl.create_default_context(cafile=store.file, capath=store.folder)
    else:
        context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def proxy_for(host: str, port: int) -> Proxy | None:
    """The proxy that ``HTTPS_PROXY`` (or lower case) names for `host`, unless ``NO_PROXY`` exempts it."""
    address = getproxies().get("https")
    if not address or proxy_bypass(f"{host}:{port}"):
        return None
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if not parts.hostname:
        return None
    over_tls = parts.scheme == "https"
    return Proxy(
        host=parts.hostname,
        port=parts.port or (443 if over_tls else 80),
        over_tls=over_tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
