"""This machine's clock against that of the endpoint: AWS refuses what is signed at another time."""

from __future__ import annotations

import http.client
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from flux_desktop.aws.errors.trust import TrustStore, ssl_context
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo

CLOCK_SKEW_MAX_S = 60.0
"""AWS refuses signatures that are five minutes off; a clock that is one minute off drifts towards that."""


def skew_words(skew_s: float) -> str:
    """How exact the clock is, where the endpoint's is `skew_s` ahead of it. Raises `ProblemError` if it is wrong."""
    if abs(skew_s) > CLOCK_SKEW_MAX_S:
        side = "ahead of" if skew_s < 0 else "behind"
        raise ProblemError(
            Problem(
                code="clock_wrong",
                what=f"This machine's clock is {abs(skew_s):.0f} s {side} the endpoint's.",
                why="AWS refuses requests that were signed more than five minutes ago or ahead.",
                todo="Switch on the system's time service (Debian: timedatectl set-ntp true).",
            )
        )
    return f"within {max(1.0, abs(skew_s)):.0f} s of the endpoint's"


def clock_skew_s(info: LocalEndpointInfo) -> float:
    """How far the endpoint's clock is ahead of ours, by the Date header of its answer, in seconds. Blocks.

    Raises `OSError` where it cannot be reached or gives no valid answer. The header has whole seconds: smaller
    differences mean nothing.
    """
    place = urlsplit(info.url)
    context = ssl_context(TrustStore(file=info.ca_file))
    context.set_alpn_protocols(["http/1.1"])
    connection = http.client.HTTPSConnection(place.hostname or "", place.port, timeout=10, context=context)
    try:
        connection.request("GET", "/")
        date = connection.getresponse().headers["Date"]
        return parsedate_to_datetime(date).timestamp() - time.time()
    except http.client.HTTPException as error:
        raise ConnectionError(f"the endpoint's answer is not valid HTTP: {error or type(error).__name__}") from error
    except (TypeError, ValueError) as error:
        raise ConnectionError("the endpoint's answer has no valid Date header") from error
    finally:
        connection.close()
