"""A certificate authority generated for one run, in a private folder that is removed at its end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from flux_desktop.base.authority import Authority

_LIFETIME = timedelta(days=30)


class Certificates(NamedTuple):
    """Files of a TLS server; a client must trust `ca_file`."""

    ca_file: Path
    cert_file: Path
    key_file: Path


def make_certificates(folder: Path, hosts: Sequence[str]) -> Certificates:
    """Write a new authority and a server certificate for `hosts` (names or addresses) into `folder`.

    The authority's key is never written; the server's key has mode 0600.
    """
    authority = Authority("flux-desktop local authority", _LIFETIME)
    issued = authority.issue("flux-desktop local endpoint", hosts=hosts)
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    _write(files.ca_file, authority.pem)
    _write(files.cert_file, issued.cert + authority.pem)
    _write(files.key_file, issued.key)
    return files


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
