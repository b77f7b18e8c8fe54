"""Why a coordinator cannot be reached: Dask tries again until its time is up, and says no more than that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from urllib.parse import urlsplit

from flux_desktop.cluster.membership import Membership
from flux_desktop.cluster.nodes import security

_CONNECT_MAX_S = 5.0


async def unreachable_because(membership: Membership) -> str:
    """A sentence, from one attempt to connect; empty if the attempt succeeds."""
    address = urlsplit(membership.address)
    context = security(membership).get_connection_args("client")["ssl_context"]
    try:
        async with asyncio.timeout(_CONNECT_MAX_S):
            _, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context, server_hostname="")
    except TimeoutError:
        return "It does not answer."
    except ssl.SSLCertVerificationError:
        return (
            "The coordinator at that address belongs to another cluster: the line is not the one that it has printed."
        )
    except ssl.SSLError:
        return "What answers at that address is not a coordinator."
    except socket.gaierror:
        return f"The host name {address.hostname} is not known."
    except OSError as error:
        return f"{os.strerror(error.errno) if error.errno else error}."  # asyncio puts its own words into `strerror`
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CONNECT_MAX_S):
            await writer.wait_closed()
    return ""
