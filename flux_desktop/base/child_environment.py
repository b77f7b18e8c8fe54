"""Environment of child processes, without this process's secrets: other programs can read it.

A child that needs secrets receives them over its pipe.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from flux_desktop.base.redaction import is_secret_name

_USER_INFO = re.compile(r"^((?:\w[\w+.-]*://)?)[^/?#]*@")
_CLUSTER_LINE = "FLUX_CLUSTER"
"""It has a private key, or the path of a file that has it."""
_PROXIES = ("https_proxy", "http_proxy", "all_proxy")


def child_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """A copy without variables that hold secrets, and without user names and passwords in proxy addresses."""
    public = {name: value for name, value in environ.items() if not is_secret_name(name) and name != _CLUSTER_LINE}
    for name in _proxies_of(public):
        public[name] = _USER_INFO.sub(r"\1", public[name])
    return public


def proxy_logins(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The proxy addresses that `child_environment` shortens, by variable; for a child that connects through them."""
    return {name: environ[name] for name in _proxies_of(environ) if _USER_INFO.match(environ[name])}


def without_proxy_for(url: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that exempt this URL's host from every proxy, in addition to the hosts exempted already."""
    host = urlsplit(url).hostname or ""
    exempt = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(part for part in (exempt, host) if part))


def _proxies_of(environ: Mapping[str, str]) -> list[str]:
    return [name for name in environ if name.lower() in _PROXIES]
