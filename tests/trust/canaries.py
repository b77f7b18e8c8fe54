"""Thirty kinds of secrets as they may come along in a text; each holds a value that must not come out again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYcAnArY0001"
TEMPORARY_SECRET = "zQ9uT4sVbR2xLk8/Fw3Hn6PjYe5Gm1Ad+cAnArY2"
TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ" + "cAnArY0003" * 6
SSO_ACCESS = "aoaAAAAAGcAnArY0004" + "x7Kq" * 12
SSO_REFRESH = "aorAAAAAGcAnArY0005" + "p2Wd" * 12
SSO_SECRET = "eyJraWQiOiJjYW5hcnkiLCJhbGciOiJIUzM4NCJ9.eyJzZXJpYWxpemVkIjoiY2FuYXJ5In0.cAnArY0006cAnArY0006"
PROXY_PASSWORD = 'p@ss wörd"cAnArY0007'
LOCAL_KEY = "AKIALOCAL0CANARY0008"
LOCAL_SECRET = "cAnArY0009_Vb3-kP7wQe5xR1tYu8iOz2aS4dF6gHj"
CONTAINER_TOKEN = "cAnArY0010.container.authorization.token"
LIVE = (
    "AKIAIOSFODNN7CANARY1",
    SECRET,
    "ASIAIOSFODNN7CANARY2",
    TEMPORARY_SECRET,
    TOKEN,
    SSO_ACCESS,
    SSO_REFRESH,
    SSO_SECRET,
    LOCAL_KEY,
    LOCAL_SECRET,
    CONTAINER_TOKEN,
)
"""What the program itself has in its hands, and so knows by value."""
PROXY_ADDRESS = f"http://me:{quote(PROXY_PASSWORD, safe='')}@proxy.example:3128"
SIGNATURE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2cafe"
_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.cAnArY0011signature0000"
_UNKNOWN_SECRET = "qK3nV8mZ/xW5cB1+rT7yU2iO9pA4sD6fGcAnArY3"


class Canary(NamedTuple):
    """A text as a library may write it, and the part of it that must never be seen. `text` may hold a JSON string."""

    kind: str
    text: str
    value: str


def _json(**fields: str) -> str:
    return json.dumps(fields)


CANARIES = (
    Canary("access key", "using AKIAIOSFODNN7CANARY1 now", "AKIAIOSFODNN7CANARY1"),
    Canary("temporary access key", "key=ASIAIOSFODNN7CANARY2", "ASIAIOSFODNN7CANARY2"),
    Canary("unknown access key", "found ASIAUNKNOWNCANARY3AB in a file", "ASIAUNKNOWNCANARY3AB"),
    Canary("secret key", f"the key is {SECRET}", SECRET),
    Canary("secret key, percent-encoded", f"?k={quote(SECRET, safe='')}&x=1", quote(SECRET, safe="")),
    Canary(
        "secret key in base64", base64.b64encode(SECRET.encode()).decode(), base64.b64encode(SECRET.encode()).decode()
    ),
    Canary("secret key of a file", f"aws_secret_access_key = {_UNKNOWN_SECRET}", _UNKNOWN_SECRET),
    Canary("secret key of the environment", f"AWS_SECRET_ACCESS_KEY={_UNKNOWN_SECRET}", _UNKNOWN_SECRET),
    Canary("secret key of a process", _json(Version="1", SecretAccessKey=_UNKNOWN_SECRET), _UNKNOWN_SECRET),
    Canary("secret key of a role", f"{{'secretAccessKey': '{_UNKNOWN_SECRET}'}}", _UNKNOWN_SECRET),
    Canary("temporary secret key", f"get_frozen_credentials -> {TEMPORARY_SECRET!r}", TEMPORARY_SECRET),
    Canary("session token", f"token is {TOKEN}", TOKEN),
    Canary("unknown session token", "FwoGZXIvYXdzEBYaDH" + "cAnArY12" * 6, "FwoGZXIvYXdzEBYaDH" + "cAnArY12" * 6),
    Canary("session token in a header", "x-amz-security-token:shortcAnArY0013==", "shortcAnArY0013"),
    Canary("session token in a tuple", "('X-Amz-Security-Token', 'othercAnArY0014')", "othercAnArY0014"),
    Canary("signature of a request", f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature={SIGNATURE}", SIGNATURE),
    Canary("signature in a log of botocore", f"Signature:\n{SIGNATURE}", SIGNATURE),
    Canary("signed address", f"https://x.example/?X-Amz-Signature={SIGNATURE}&a=b", SIGNATURE),
    Canary("authorization in bytes", f"{{'Authorization': b'Bearer cAnArY0015{'z' * 20}'}}", "cAnArY0015"),
    Canary("SSO access token", _json(accessToken=SSO_ACCESS), SSO_ACCESS),
    Canary("SSO refresh token", f"refreshing with {SSO_REFRESH}", SSO_REFRESH),
    Canary("SSO client secret", _json(clientId="x", clientSecret=SSO_SECRET), SSO_SECRET),
    Canary("SSO bearer header", "x-amz-sso_bearer_token: cAnArY0016abcdef", "cAnArY0016abcdef"),
    Canary("proxy's address", f"connecting to {PROXY_ADDRESS}/", quote(PROXY_PASSWORD, safe="")),
    Canary("unknown proxy's address", "https_proxy=http://bob:cAnArY0017@proxy.example:8080", "cAnArY0017"),
    Canary("proxy's password", f"password {PROXY_PASSWORD}", PROXY_PASSWORD),
    Canary(
        "proxy's authorization",
        "Proxy-Authorization: Basic " + base64.b64encode(f"me:{PROXY_PASSWORD}".encode()).decode(),
        base64.b64encode(f"me:{PROXY_PASSWORD}".encode()).decode(),
    ),
    Canary("local endpoint's key", f"Credential={LOCAL_KEY}/20261123/us-east-1", LOCAL_KEY),
    Canary("local endpoint's secret", f"LocalEndpointInfo(secret_key='{LOCAL_SECRET}')", LOCAL_SECRET),
    Canary("container's token", f"Authorization: {CONTAINER_TOKEN}", CONTAINER_TOKEN),
    Canary("web identity", f"AssumeRoleWithWebIdentity with {_JWT}", _JWT),
    Canary(
        "private key",
        "-----BEGIN EC PRIVATE KEY-----\ncAnArY0018MHcCAQEE\n-----END EC PRIVATE KEY-----",
        "cAnArY0018MHcCAQEE",
    ),
    Canary("API key of Deepgram", "Authorization: Token cAnArY0019" + "0a1b2c3d" * 4, "cAnArY0019" + "0a1b2c3d" * 4),
)

Sink = Callable[[str], str]
