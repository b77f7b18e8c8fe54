"""TLS trust and proxy of a connection, read from the environment as boto3 reads them. Verification is never off."""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.base.problem import ProblemError


class TrustStore(msgspec.Struct, frozen=True):
    """Certificate authorities: a file, a folder of hashed names, or with neither the system's own."""

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

    @property
    def address(self) -> Address:
        return Address(self.host, self.port)


def trust_store(ca_file: str | None, environ: Mapping[str, str] = os.environ) -> TrustStore:
    """`ca_file`, otherwise ``AWS_CA_BUNDLE``, otherwise the system's store.

    Raises `ProblemError` ``ca_file_unusable`` if the named file or folder cannot be used, ``too_many_open_files`` if
    this process cannot open it for lack of descriptors.
    """
    path = ca_file or environ.get("AWS_CA_BUNDLE")
    if not path:
        return TrustStore()
    try:
        if Path(path).is_dir():
            ssl.create_default_context(capath=path)
            return TrustStore(folder=path)
        ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; a path with a null character a ValueError
        if getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE):
            detail = f"Opening {path} failed: too many open files."
            raise ProblemError(connect_problem("too_many_open_files", Address("", 0), detail)) from error
        raise ProblemError(connect_problem("ca_file_unusable", Address("", 0), path)) from error
    return TrustStore(file=path)


def ssl_context(store: TrustStore) -> ssl.SSLContext:
    """A verifying client context that offers HTTP/2, for the preflight probe."""
    if store.file or store.folder:
        context = ssl.create_default_context(cafile=store.file, capath=store.folder)
    else:
        context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def proxy_for(host: str, port: int) -> Proxy | None:
    """The proxy in ``HTTPS_PROXY`` (or lower case) for `host`; None if there is none or ``NO_PROXY`` exempts the host.

    Raises `ProblemError` ``proxy_invalid`` for an address that is not one of an HTTP proxy, such as SOCKS.
    """
    setting = getproxies().get("https")
    if not setting or proxy_bypass(f"{host}:{port}"):
        return None
    try:
        parts = urlsplit(setting if "://" in setting else f"http://{setting}")
        number = parts.port
    except ValueError as error:
        raise _proxy_invalid("It has no valid host and port.", host, port) from error
    shown = _without_login(parts)
    if parts.scheme.lower().startswith("socks"):
        raise _proxy_invalid(f"{shown} is a SOCKS proxy; only HTTP proxies are supported.", host, port)
    if parts.scheme.lower() not in ("http", "https"):
        raise _proxy_invalid(f"{shown} is not the address of an HTTP proxy.", host, port)
    if not parts.hostname:
        raise _proxy_invalid(f"{shown} names no host.", host, port)
    over_tls = parts.scheme.lower() == "https"
    return Proxy(
        host=parts.hostname,
        port=number or (443 if over_tls else 80),
        over_tls=over_tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _proxy_invalid(detail: str, host: str, port: int) -> ProblemError:
    return ProblemError(connect_problem("proxy_invalid", Address(host, port), detail))


def _without_login(parts: SplitResult) -> str:
    """The address without user name and password, for a sentence."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
