"""What a machine needs to join a cluster, as one line to paste: address, certificates, versions.

The line contains a private key: whoever has it can run code on the cluster's machines until the certificates end.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import platform
import re
import stat
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from flux_desktop import __version__
from flux_desktop.base.authority import Authority
from flux_desktop.base.problem import Problem, ProblemError

_LOG = logging.getLogger(__name__)

LIFETIME = timedelta(hours=24)
_PREFIX = "flux-cluster-1:"
_ANY_PREFIX = re.compile(r"\bflux-cluster-\d+:")
"""Also that of another version, whose line is not a file."""
_LINE_MAX_BYTES = 64 * 1024
_NOT_WHOLE = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)
_PARTS = ("aws-sdk-sagemaker-runtime-http2", "distributed")
"""Distributions whose versions must be the same on all machines."""
_MEASURING = ("aws", "audio", "base", "cluster", "datasets", "engine", "evaluation", "flux")
"""Packages of this program that carry and measure streams; the source code of others may differ."""


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """Of one cluster. All members use the same certificate, as client and as server."""

    address: str
    """Of the coordinator: ``tls://HOST:PORT``."""
    ca: str
    cert: str
    key: str
    versions: dict[str, str]
    until_s: float
    """Seconds of Unix time at which the certificates end."""

    def __repr__(self) -> str:
        return f"Membership({self.address})"


def present_versions() -> dict[str, str]:
    """What has to be the same on all machines of a cluster."""
    python = ".".join(platform.python_version_tuple()[:2])
    parts = {}
    for name in _PARTS:
        try:
            parts[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            parts[name] = "not installed"
    return {"flux-desktop": __version__, "flux-desktop build": _build(), "Python": python, **parts}


@cache
def _build() -> str:
    return source_digest(Path(__file__).parents[1])


def source_digest(package: Path) -> str:
    """Of the source code that measures: many builds have one version. Takes 10 ms, with `Path` four times that."""
    digest = hashlib.sha256()
    for part in _MEASURING:
        for folder, folders, names in os.walk(os.path.join(package, part)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    with open(f"{folder}/{name}", "rb", buffering=0) as file:
                        digest.update(f"{folder[len(str(package)) :]}/{name}\0".encode() + file.read())
    return digest.hexdigest()[:8]


def new_membership(address: str) -> Membership:
    """Of a new cluster, with an authority of its own whose key is forgotten at once."""
    authority = Authority("flux-desktop cluster", LIFETIME)
    issued = authority.issue("flux-desktop cluster member", server=True, client=True)
    return Membership(
        address=address,
        ca=authority.pem.decode(),
        cert=issued.cert.decode(),
        key=issued.key.decode(),
        versions=present_versions(),
        until_s=(datetime.now(UTC) + LIFETIME).timestamp(),
    )


def to_line(membership: Membership) -> str:
    """The line to paste."""
    return _PREFIX + base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(membership), 9)).decode()


def from_line(text: str, now_s: float | None = None) -> Membership:
    """Read a line, also as part of the command that the coordinator prints.

    Raises `ProblemError` for anything else, and for one whose certificates have ended.
    """
    body = text.strip().rpartition(_PREFIX)[2]
    try:
        packed = base64.b64decode(body, altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, _LINE_MAX_BYTES)
        if not unpacker.eof:
            raise ValueError("cut off")
        membership = msgspec.json.decode(data, type=Membership)
        _check_whole(membership)
    except (*_NOT_WHOLE, zlib.error, msgspec.DecodeError):
        raise ProblemError(
            Problem(
                code="cluster_line_invalid",
                what="The line of the cluster cannot be read.",
                why="It is incomplete, or of another version of this program.",
                todo="Copy the whole line that “flux-stress cluster coordinate” prints.",
            )
        ) from None
    check_not_expired(membership, now_s)
    return membership


def _check_whole(membership: Membership) -> None:
    """Raise one of `_NOT_WHOLE` for one whose parts do not belong together."""
    address = urlsplit(membership.address)
    if address.scheme != "tls" or not address.hostname or not address.port:
        raise ValueError("not an address of a coordinator")
    authority, own = (x509.load_pem_x509_certificate(pem.encode()) for pem in (membership.ca, membership.cert))
    key = serialization.load_pem_private_key(membership.key.encode(), password=None)
    if key.public_key() != own.public_key():
        raise ValueError("not the key of the certificate")
    own.verify_directly_issued_by(authority)


def check_not_expired(membership: Membership, now_s: float | None = None) -> None:
    """Raise `ProblemError` if the certificates have ended."""
    if membership.until_s <= (datetime.now(UTC).timestamp() if now_s is None else now_s):
        raise ProblemError(
            Problem(
                code="cluster_line_invalid",
                what="The cluster's join line has expired.",
                why=f"It is valid for {LIFETIME.total_seconds() / 3600:.0f} hours from the start of the coordinator.",
                todo="Start the coordinator again and use its new line.",
            )
        )


def read_membership(line_or_file: str) -> Membership:
    """From the line itself, or from the file that contains it. Raises `ProblemError`."""
    if _ANY_PREFIX.search(line_or_file):
        return from_line(line_or_file)
    try:
        path = Path(line_or_file).expanduser()
        text = path.read_text("utf-8")
        status = path.stat()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "It is not text"
        todo = "Pass the line of the coordinator, or the file that it has written."
        if isinstance(error, PermissionError) and hasattr(os, "geteuid"):
            todo = f"Make it readable by this program's user (ID {os.geteuid()}), or pass the line itself."
        raise ProblemError(
            Problem(
                code="cluster_line_invalid",
                what=f"The file {line_or_file[:80]} cannot be read.",
                why=f"{why}.",
                todo=todo,
            )
        ) from None
    membership = from_line(text)
    # As ssh does: whoever has been given a file of somebody else, such as a container's secret, cannot change it.
    if hasattr(os, "geteuid") and os.geteuid() in (0, status.st_uid) and stat.S_IMODE(status.st_mode) & 0o044:
        _LOG.warning(
            "Other users of this machine can read %s, and so run code on the cluster's machines: restrict it with "
            "“chmod 600”, and start the coordinator again if others have read it.",
            line_or_file,
        )
    return membership


def check_versions(theirs: dict[str, str], ours: dict[str, str], who: str) -> None:
    """Raise `ProblemError` if versions differ: figures of different programs must not be merged.

    `who` has the versions `theirs`, such as ``The coordinator``.
    """
    different = [name for name in ours if theirs.get(name) != ours[name]]
    if not different:
        return
    described = "; ".join(
        f"{name} {theirs.get(name, 'of an unknown version')}, here {ours[name]}" for name in different
    )
    raise ProblemError(
        Problem(
            code="cluster_versions",
            what=f"{who} has other versions: {described}.",
            why="Machines that measure together must run the same program.",
            todo="Install the same versions on all machines; of this program, the same wheel or the same commit.",
        )
    )
