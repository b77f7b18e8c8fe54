"""Tests for base.authority."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from flux_desktop.base.authority import Authority


def test_what_it_issues_is_its_own_and_ends_with_its_lifetime() -> None:
    authority = Authority("a", timedelta(hours=24))
    issued = authority.issue("member", server=True, client=True)
    cert, own = x509.load_pem_x509_certificate(issued.cert), x509.load_pem_x509_certificate(authority.pem)
    cert.verify_directly_issued_by(own)
    assert load_pem_private_key(issued.key, None).public_key() == cert.public_key()
    assert abs(cert.not_valid_after_utc - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=5)
    purposes = cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


def test_another_authority_of_the_same_name_is_not_trusted() -> None:
    issued = Authority("a", timedelta(hours=1)).issue("member")
    other = x509.load_pem_x509_certificate(Authority("a", timedelta(hours=1)).pem)
    with pytest.raises(InvalidSignature):
        x509.load_pem_x509_certificate(issued.cert).verify_directly_issued_by(other)


def test_a_certificate_names_its_hosts() -> None:
    issued = Authority("a", timedelta(hours=1)).issue("server", hosts=["localhost", "127.0.0.1"])
    names = x509.load_pem_x509_certificate(issued.cert).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(each) for each in names.value.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
