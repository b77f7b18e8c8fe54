"""Keeps secrets out of everything that this program logs, records, exports and shows: one place, below all others.

A secret is recognised in three ways: by value, once whoever read it has `remember`ed it; by its shape, such as AKIA…;
and by the name before it, such as ``aws_secret_access_key=``. Logs and sentences are cleaned in all three ways. What
people say is data and is kept verbatim: from transcripts, recordings and exports only known values are removed.

The values are one set for the process, as the log is.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus, unquote

REMOVED = "[removed]"
KEY_REMOVED = "[key removed]"
LONG_REMOVED = "[long value removed]"
VALUE_CHARS_MIN = 6
"""Shorter values are not looked for: they would be found in ordinary words."""
DATA_CHARS_MIN = 16
"""From data only such values are removed as cannot be a word of a transcript, or a field of a message."""
LOG_CHARS_MAX = 8_000
SENTENCE_CHARS_MAX = 4_000
"""Longer texts are cut before the patterns below look at them, whose time grows with the length."""

_PUBLIC_ENDING = r"(?:file|path|dir|uri|url|endpoint|host|port|timeout|attempts)"
"""Of a name whose value says where a secret is, and not what it is: people need to read it."""
_SECRET_NAME = re.compile(
    rf"(?i)(?!.*(?:_|-){_PUBLIC_ENDING}\Z)"
    r".*(?:secret|token|passw(?:or)?d|passphrase|credential|api_?key|access_?key|private_?key|authorization)"
)
_SECRET_PARAMETER = re.compile(r"(?i)(?:\A|[_-])(?:key|sig|signature|auth|pass|pwd)\Z")


class LiveSecrets:
    """Values that must appear nowhere, in every form in which they may be written."""

    def __init__(self) -> None:
        self._forms: dict[str, None] = {}
        self.all: tuple[str, ...] = ()
        """Every form, the longest first, so that what is part of another is not cut out of it."""
        self.long: tuple[str, ...] = ()
        """Those of at least `DATA_CHARS_MIN` characters."""
        self.long_bytes: tuple[bytes, ...] = ()

    def add(self, value: str) -> None:
        """Note a value; one that is too short to be distinguished from a word is left out."""
        if len(value) < VALUE_CHARS_MIN or value in self._forms:
            return
        self._forms.update(dict.fromkeys(_forms(value)))
        self.all = tuple(sorted(self._forms, key=len, reverse=True))
        self.long = tuple(form for form in self.all if len(form) >= DATA_CHARS_MIN)
        self.long_bytes = tuple(form.encode() for form in self.long)


_live = LiveSecrets()


def remember(*values: str | None) -> None:
    """Take these values out of everything from now on."""
    for value in values:
        if value:
            _live.add(value)


def remember_proxy(address: str) -> None:
    """Take the password of a proxy's address out of everything, and the header that is made of it."""
    match = _USER_INFO.search(address if "://" in address else f"http://{address}")
    if match is None:
        return
    user, _, password = match.group().partition(":")
    remember(password, unquote(password))
    remember(base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode())


def remember_environment(environ: Mapping[str, str] = os.environ) -> None:
    """Take every secret of this process's environment out of everything."""
    for name, value in environ.items():
        if name.lower().endswith("_proxy"):
            remember_proxy(value)
        elif is_secret_name(name) and not os.path.exists(value):
            remember(value)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return _SECRET_NAME.match(name) is not None


def is_secret_parameter(name: str) -> bool:
    """Whether a query parameter of this name holds a secret."""
    return is_secret_name(name) or _SECRET_PARAMETER.search(name) is not None


def remember_parameter(name: str, value: str) -> None:
    """Take the value of a query parameter out of everything if its name says that it is a secret."""
    if is_secret_parameter(name):
        remember(value)


def _forms(value: str) -> Iterable[str]:
    yield value
    yield quote(value, safe="")
    yield quote_plus(value)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield base64.b64encode(value.encode()).decode().rstrip("=")


# ---------------------------------------------------------------- shapes and names

# Every repetition is bounded, or begins at a mark that it cannot contain: the time is linear in the text's length.
_USER_INFO = re.compile(r"(?<=://)[^\s/\"'<>?#:]{0,256}:[^\s\"'<>]{0,256}?(?=@[\w.\[:-]{1,256}(?:[/?#\s\"'<>,;)\\]|$))")
_BLANKS = r"(?:\s|\\{1,4}[nrt]){0,8}"  # also as JSON and `repr` write them
_SEPARATOR = rf"(?:\\{{0,4}}[\"'])?{_BLANKS}(?:[:=]|%3D|,(?=\s{{0,8}}b?\\{{0,4}}[\"'])){_BLANKS}"
_OPENING = r"(?:b?\\{0,4}[\"'])?"
_VALUE = r"(?!\[)[^\s\"'\\,;&})\]]{6,}"
_SCHEME = r"(?:Bearer|Basic|Digest|Negotiate|Token|AWS4-HMAC-SHA256)\s{1,8}"
_QUOTED = r"b?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
# A shape takes no quotation mark out, so that a JSON document stays one.
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=\")|\Z)", re.S), REMOVED),
    (re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}"), KEY_REMOVED),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"), REMOVED),
    # How the tokens of AWS's sign-in services begin.
    (re.compile(r"\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz)[\w/+=%-]{16,}"), REMOVED),
    (re.compile(r"\bao[ar]AAAAA[\w/+=:.-]{10,}"), REMOVED),
    (_USER_INFO, REMOVED),
    (re.compile(r"(?i)\b(Bearer|Basic|Token) (?=\S*[\d=])[\w.~+/=-]{12,}"), rf"\1 {REMOVED}"),
    (re.compile(rf"(?i)(signature{_SEPARATOR}{_OPENING})[0-9a-f]{{32,}}"), rf"\1{REMOVED}"),
    (re.compile(rf"(?i)((?:proxy-)?authorization{_SEPARATOR}{_OPENING}{_SCHEME}){_VALUE}"), rf"\1{REMOVED}"),
    (
        re.compile(
            r"(?i)((?:x-amz-(?:security-token|credential|sso[_-]bearer[_-]token)|x-api-key"
            r"|aws_?(?:secret_?access_?key|session_?token|security_?token|access_?key_?id|bearer_?token\w*"
            r"|container_?authorization_?token)|secretAccessKey|sessionToken|accessToken|refreshToken|idToken"
            rf"|clientSecret|deepgram_?api_?key){_SEPARATOR}{_OPENING}){_VALUE}"
        ),
        rf"\1{REMOVED}",
    ),
)
# A word that others follow: "Error loading SSO Token: Token for corp does not exist".
_PROSE = r"(?:The|This|A|An|No|Your)\s|[A-Za-z]{1,12}\s+[a-z]"
_NAMES = re.compile(
    r"(?i)((?:secret|token|signature|credential|passw(?:or)?d|passphrase|authorization|cookie|api[_-]?key"
    rf"|private[_-]?key)(?![\w-]{{0,64}}(?:exception|error|mismatch|[_-]"
    rf"{_PUBLIC_ENDING}\b))[\w-]{{0,64}}{_SEPARATOR})(?!{_PROSE})(?:{_QUOTED}|(?:{_SCHEME})?\S+)"
)
_LONG = re.compile(r"(?<![\w/.~-])(?!/)[A-Za-z0-9/+=]{40,}")


def redact_log(text: str) -> str:
    """Text of a program, such as a log line: without values, shapes and names, and without long random runs."""
    return _LONG.sub(LONG_REMOVED, _cleaned(text, LOG_CHARS_MAX))


def redact_sentence(text: str) -> str:
    """Text for a person, such as a problem's: without values, shapes and names."""
    return _cleaned(text, SENTENCE_CHARS_MAX)


def redact_data(text: str) -> str:
    """A transcript or a document: verbatim but for long known values."""
    return _without(text, _live.long)


def redact_values(data: bytes) -> bytes:
    """As `redact_data`, for UTF-8: cheap enough for every event (2 µs)."""
    for form in _live.long_bytes:
        if form in data:
            data = data.replace(form, REMOVED.encode())
    return data


def _cut(text: str, chars_max: int) -> str:
    excess = len(text) - chars_max
    return text if excess <= 0 else f"{text[:chars_max]}… [{excess} characters cut]"


def _cleaned(text: str, chars_max: int) -> str:
    # Known values first: a cut through the middle of one would leave its beginning.
    text = _cut(_without(text, _live.all), chars_max)
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return _NAMES.sub(rf"\1{REMOVED}", text)


def _without(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        if form in text:
            text = text.replace(form, REMOVED)
    return text
