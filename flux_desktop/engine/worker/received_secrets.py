"""Secrets that a worker gets over its pipe: noted so that they are taken out of everything the process writes."""

from __future__ import annotations

import os

from flux_desktop.aws.target import Credentials
from flux_desktop.base.redaction import remember, remember_parameter, remember_proxy
from flux_desktop.engine.records.commands import StartRun


def take_secrets(start: StartRun) -> None:
    """Note a run's secrets, and put its proxies into the environment; both serve signed requests and proxies only."""
    remember_keys(start.credentials)
    for options in (start.plan.options, *start.plan.variants):
        for name, value in options.extra:
            remember_parameter(name, value)
    for address in start.proxies.values.values():
        remember_proxy(address)
    os.environ.update(start.proxies.values)


def remember_keys(keys: Credentials) -> None:
    """Note the parts of credentials."""
    remember(keys.access_key, keys.secret_key, keys.session_token)
