"""TLS versions: 1.2 and 1.3 are served, as AWS does; what is older is refused."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from tests.local_endpoint.wire_client import WireClient


@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_a_client_pinned_to_one_version_holds_a_conversation(
    endpoint: dict[str, Any], version: ssl.TLSVersion, name: str
) -> None:
    with WireClient(endpoint, tls=version) as client:
        assert client.tls_version == name
        client.wait_for("Connected")
        client.audio(bytes(2560 * 3))
        client.wait_for("Update")
        client.close_stream()
        assert not client.reset
