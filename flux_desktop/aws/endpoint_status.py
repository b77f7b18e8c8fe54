"""Statuses of a SageMaker endpoint in the API's spelling, and what each means for a user. Imports nothing."""

from __future__ import annotations

from typing import Literal

Tone = Literal["ok", "warn", "danger"]

STATUS_TONES: dict[str, Tone] = {
    "InService": "ok",
    "Creating": "warn",
    "Updating": "warn",
    "SystemUpdating": "warn",
    "RollingBack": "warn",
    "Deleting": "warn",
    "Failed": "danger",
    "OutOfService": "danger",
    "UpdateRollbackFailed": "danger",
}
"""Every status of ``EndpointStatus`` with the tone in which it is shown."""
SERVING = frozenset({"InService", "Updating", "SystemUpdating"})
"""Statuses in which streams are accepted: an endpoint keeps serving while it is updated."""
API_SPELLING = {status.lower(): status for status in STATUS_TONES}
"""The command line's spelling of each status and the API's. Capitalising does not lead from one to the other."""
