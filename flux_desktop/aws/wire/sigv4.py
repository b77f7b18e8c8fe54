"""AWS Signature Version 4 as pure functions: keys, canonical requests, and verification of signed requests.

The client leaves signing requests to the AWS SDK. The local endpoint verifies them with this module, and both sides of
an event stream derive their signature chain from it. The caller passes the time.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

SERVICE = "sagemaker"
ALGORITHM = "AWS4-HMAC-SHA256"
STREAMING_PAYLOAD = "STREAMING-AWS4-HMAC-SHA256-EVENTS"
MAX_SKEW_S = 300


class SignatureMismatch(ValueError):  # noqa: N818 - the name states the error
    """A request or an event whose signature is not that of the key it names."""


class SignatureRefused(SignatureMismatch):
    """A refused request; `code` is AWS's name of the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SignedRequest(NamedTuple):
    """Signer and signature of a verified request; the signature seeds its event chain."""

    access_key: str
    date: str
    region: str
    service: str
    signature_hex: str


def amz_date(epoch_s: int) -> str:
    """``20261123T040533Z`` for seconds since 1970; OverflowError or ValueError outside the calendar."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y%m%dT%H%M%SZ")


def scope(date: str, region: str, service: str) -> str:
    """The credential scope; `date` is ``YYYYMMDD``."""
    return f"{date}/{region}/{service}/aws4_request"


@functools.lru_cache(maxsize=16)
def signing_key(secret_key: str, date: str, region: str, service: str) -> bytes:
    """The 32-byte key for one day, region and service."""
    key = ("AWS4" + secret_key).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs))


def canonical_request(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    signed_headers: Sequence[str],
    payload_hash: str,
) -> str:
    """The canonical text that is hashed. `path` is encoded, as sent; `headers` have lower-case names."""
    # Spaces only: other white space that `split` accepts could otherwise be substituted without being noticed.
    values = {name: " ".join(part for part in headers.get(name, "").split(" ") if part) for name in signed_headers}
    lines = [f"{name}:{value}\n" for name, value in values.items()]
    return "\n".join(
        (method, path or "/", _canonical_query(query), "".join(lines), ";".join(signed_headers), payload_hash)
    )


def request_signature(secret_key: str, amz_stamp: str, region: str, service: str, canonical: str) -> str:
    """The signature of a canonical request, in hex. `amz_stamp`: the ``x-amz-date`` value."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{amz_stamp}\n{scope(amz_stamp[:8], region, service)}\n{digest}"
    key = signing_key(secret_key, amz_stamp[:8], region, service)
    return hmac.digest(key, text.encode(), "sha256").hex()


def signed_headers(
    url: str, *, access_key: str, secret_key: str, region: str, now_epoch_s: float, method: str = "GET"
) -> dict[str, str]:
    """Signature headers of a request without body and query; the client adds `host` as in the URL."""
    parts, stamp = urlsplit(url), amz_date(int(now_epoch_s))
    headers = {"host": parts.netloc, "x-amz-date": stamp}
    names = ("host", "x-amz-date")
    canonical = canonical_request(method, parts.path, "", headers, names, hashlib.sha256(b"").hexdigest())
    signature = request_signature(secret_key, stamp, region, SERVICE, canonical)
    where = scope(stamp[:8], region, SERVICE)
    parameters = f"Credential={access_key}/{where}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return {"x-amz-date": stamp, "authorization": f"{ALGORITHM} {parameters}"}


_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<access_key>[^/,\s]+)/(?P<date>\d{{8}})/(?P<region>[^/,\s]+)"
    r"/(?P<service>[^/,\s]+)/aws4_request, *SignedHeaders=(?P<names>[^,\s]+)"
    r", *Signature=(?P<signature>[0-9a-f]{64})\Z"
)


_UNSIGNED = {"x-amzn-trace-id"}
"""Added by gateways on the way; clients do not sign it."""


def verify_request(
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    payload_hash: str,
    secret_of: Callable[[str], str | None],
    now_epoch_s: float,
    services: Sequence[str] = (SERVICE,),
    region: str | None = None,
) -> SignedRequest:
    """Check a request as AWS does; `headers` have lower-case names, `host` as the client sent it.

    `payload_hash` is the hex SHA-256 of the body, or `STREAMING_PAYLOAD`. Raises `SignatureRefused` with the
    code of AWS: ``MissingAuthenticationTokenException``, ``IncompleteSignatureException``,
    ``UnrecognizedClientException`` (an unknown key) or ``InvalidSignatureException``.
    """
    value = headers.get("authorization")
    if value is None:
        raise SignatureRefused("MissingAuthenticationTokenException", "The request is not signed.")
    match = _AUTHORIZATION.match(value)
    stamp = headers.get("x-amz-date", "")
    if match is None or not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
        raise SignatureRefused("IncompleteSignatureException", "The Authorization or X-Amz-Date header is malformed.")
    request = SignedRequest(match["access_key"], match["date"], match["region"], match["service"], match["signature"])
    _check_scope(request, stamp, now_epoch_s, services, region)
    secret_key = secret_of(request.access_key)
    if secret_key is None:
        raise SignatureRefused("UnrecognizedClientException", "The security token included in the request is invalid.")
    names = match["names"].split(";")
    must_be_signed = {"host", *(name for name in headers if name.startswith(("x-amz-", "x-amzn-")))} - _UNSIGNED
    if missing := sorted(must_be_signed - set(names)):
        raise SignatureRefused("InvalidSignatureException", f"{missing[0]!r} must be a signed header.")
    canonical = canonical_request(method, path, query, headers, names, payload_hash)
    expected = request_signature(secret_key, stamp, request.region, request.service, canonical)
    if not hmac.compare_digest(expected, request.signature_hex):
        raise SignatureRefused(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
        )
    return request


def _check_scope(
    request: SignedRequest, stamp: str, now_epoch_s: float, services: Sequence[str], region: str | None
) -> None:
    try:
        signed_epoch_s = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise SignatureRefused("IncompleteSignatureException", "X-Amz-Date is not a date.") from None
    if stamp[:8] != request.date:
        raise SignatureRefused("InvalidSignatureException", "Credential and X-Amz-Date name different days.")
    if request.service not in services:
        wanted = " or ".join(repr(name) for name in services)
        raise SignatureRefused("InvalidSignatureException", f"Credential should be scoped to service {wanted}.")
    if region is not None and request.region != region:
        raise SignatureRefused("InvalidSignatureException", f"Credential should be scoped to the region {region!r}.")
    if now_epoch_s - signed_epoch_s > MAX_SKEW_S:
        raise SignatureRefused(
            "InvalidSignatureException", f"Signature expired: {stamp} is more than {MAX_SKEW_S} s old."
        )
    if signed_epoch_s - now_epoch_s > MAX_SKEW_S:
        raise SignatureRefused("InvalidSignatureException", f"Signature not yet current: {stamp} is in the future.")
