"""Why a coordinator cannot be reached: Dask tries again until its time is up, and says no more than that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

from flux_desktop.cluster.membership import Membership
from flux_desktop.cluster.nodes import security

_CONNECT_MAX_S = 5.0
_OTHER_DATE = {9, 10}
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


class Obstacle(NamedTuple):
    """Why a coordinator cannot be reached, as a sentence; empty if it can."""

    why: str = ""
    is_other_cluster: bool = False
    """The coordinator that answers has another authority. That of this cluster cannot come back: its key is forgotten
    with its process."""


async def obstacle(membership: Membership) -> Obstacle:
    """From one attempt to connect."""
    address = urlsplit(membership.address)
    context = security(membership).get_connection_args("client")["ssl_context"]
    try:
        async with asyncio.timeout(_CONNECT_MAX_S):
            _, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context, server_hostname="")
    except TimeoutError:
        return Obstacle("It does not answer.")
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _OTHER_DATE:
            return Obstacle("By this machine's clock, the coordinator's certificate is not valid: compare the clocks.")
        return Obstacle(
            "What answers at that address is not this cluster's coordinator: it is another one, or another server.",
            is_other_cluster=True,
        )
    except ssl.SSLError:
        return Obstacle("What answers at that address is not a coordinator.")
    except socket.gaierror:
        return Obstacle(f"The host name {address.hostname} is not known.")
    except OSError as error:
        # asyncio puts its own words into `strerror`.
        return Obstacle(f"{os.strerror(error.errno) if error.errno else error}.")
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CONNECT_MAX_S):
            await writer.wait_closed()
    return Obstacle()
