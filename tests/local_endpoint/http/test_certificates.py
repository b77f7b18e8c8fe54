"""Tests for local_endpoint.http.certificates."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

from flux_desktop.local_endpoint.http.certificates import make_certificates


def test_a_server_certificate_for_the_given_hosts_that_a_client_can_verify(tmp_path: Path) -> None:
    files = make_certificates(tmp_path, ["localhost", "127.0.0.1", "flux.example"])
    ssl.create_default_context(cafile=files.ca_file)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.cert_file, files.key_file)
    server, ca = x509.load_pem_x509_certificates(files.cert_file.read_bytes())
    server.verify_directly_issued_by(ca)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "flux.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_keys_are_private_and_the_authoritys_key_is_never_written(tmp_path: Path) -> None:
    files = make_certificates(tmp_path, ["localhost"])
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert [b"PRIVATE KEY" in path.read_bytes() for path in files] == [False, False, True]


def test_two_runs_do_not_share_an_authority(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert make_certificates(first, ["x"]).ca_file.read_bytes() != make_certificates(second, ["x"]).ca_file.read_bytes()


def test_a_host_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="A-label"):
        make_certificates(tmp_path, ["münchen"])
