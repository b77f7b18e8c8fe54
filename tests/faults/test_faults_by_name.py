"""Every fault that a user can choose by name, from the command line to its exit status, unscaled."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.local_faults import FAULTS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(540)]

AT_ONCE = 4

# name, value, class, code, exit status, reconnects, further flags
BY_NAME: list[tuple[str, str, str, str | None, int, int, tuple[str, ...]]] = [
    ("never-connected", "100", "never Connected", "never_connected", 1, 0, ()),
    ("delay-ms", "200", "completed", None, 0, 0, ()),
    ("stall-ms", "500", "completed", None, 0, 0, ()),
    ("elevated-confidence", "15", "completed", None, 0, 0, ()),
    ("die-before-headers", "", "connect failed", "connection_lost", 1, 0, ()),
    ("cut-mid-stream", "0.5", "failed in mid-stream", "connection_lost", 1, 2, ("--loop", "--duration", "20")),
    ("cut-once", "1", "completed", None, 0, 1, ("--duration", "5")),
    ("ends-after", "0.5", "failed in mid-stream", "ended_early", 1, 2, ("--loop", "--duration", "20")),
    ("model-stream-error", "0.5", "failed in mid-stream", "model_stream_error", 1, 0, ("--no-reconnect",)),
    ("internal-failure", "0.5", "failed in mid-stream", "internal_stream_failure", 1, 0, ("--no-reconnect",)),
    ("unmodelled-error", "0.5", "failed in mid-stream", "unmodelled_stream_error", 1, 0, ()),
    ("fatal-error", "0.5", "failed in mid-stream", "flux_internal_error", 1, 0, ("--no-reconnect",)),
    ("bad-crc", "0.5", "failed in mid-stream", "stream_garbled", 1, 0, ()),
    ("truncated-frame", "0.5", "failed in mid-stream", "stream_garbled", 1, 0, ()),
    ("wrong-length", "0.5", "failed in mid-stream", "stream_garbled", 1, 0, ()),
    ("unknown-event", "0.5", "completed", None, 0, 0, ()),
    ("not-json", "0.5", "completed", None, 0, 0, ()),
    ("wrong-types", "0.5", "completed", None, 0, 0, ()),
    ("sequence-gap", "0.5", "completed", None, 0, 0, ()),
    ("illegal-order", "0.5", "completed", None, 0, 0, ()),
    (
        "silent-after",
        "1",
        "failed in mid-stream",
        "gone_silent",
        1,
        0,
        ("--no-reconnect", "--loop", "--duration", "20"),
    ),
    ("never-closes", "", "failed in mid-stream", "not_closed", 1, 0, ()),
    ("error-after-close", "", "completed", None, 0, 0, ()),
    ("fragments", "3", "completed", None, 0, 0, ()),
    ("drip", "4000", "completed", None, 0, 0, ()),
    ("max-concurrent-streams", "1", "completed", None, 0, 0, ()),
    ("expired-token", "", "connect failed", "credentials_expired", 4, 0, ()),
    ("expires-after", "0", "connect failed", "credentials_expired", 4, 0, ()),
    ("bad-request", "", "connect failed", "request_invalid", 1, 0, ()),
    ("signature-refused", "", "connect failed", "signature_refused", 4, 0, ()),
    ("clock-skew", "", "connect failed", "clock_skew", 4, 0, ()),
    ("access-denied", "", "connect failed", "access_denied", 4, 0, ()),
    ("not-found", "", "connect failed", "endpoint_not_found", 5, 0, ()),
    ("model-refused", "", "connect failed", "model_refused", 1, 0, ()),
    ("internal-error", "", "connect failed", "aws_internal_error", 1, 0, ()),
    ("throttled", "", "connect failed", "throttled", 1, 0, ()),
    ("unavailable", "", "connect failed", "service_unavailable", 1, 0, ()),
]
VIOLATIONS = {
    "not-json": "message_not_json",
    "wrong-types": "message_wrong_types",
    "sequence-gap": "sequence_gap",
    "illegal-order": "resumed_without_eager",
}


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The output of `flux-stress --json` for every selected fault."""
    wanted = {item.callspec.params["name"] for item in request.session.items if "test_by_name" in item.name}
    sessions = tmp_path_factory.mktemp("sessions")
    return asyncio.run(_run_all([row for row in BY_NAME if row[0] in wanted], sessions))


async def _run_all(rows: list[tuple[Any, ...]], sessions: Path) -> dict[str, dict[str, Any]]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, value: str, flags: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
        fault = f"--fault {name}" + (f"={value}" if value else "")
        words = [str(resource_path("sample_audio/conversation.wav")), "--eot-timeout-ms", "500", "--json", "--quiet"]
        length = () if "--duration" in flags else ("--duration", "2")
        async with gate:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "flux_desktop.cli.main", "file", "local", "--file", *words, *flags, *length),
                *("--local-arguments", fault, "--sessions-dir", str(sessions)),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await process.communicate()
        assert out, err.decode()
        return name, json.loads(out) | {"exit_status": process.returncode, "stderr": err.decode()}

    return dict(await asyncio.gather(*(one(row[0], row[1], row[6]) for row in rows)))


def test_every_name_is_tried() -> None:
    assert {row[0] for row in BY_NAME} == set(FAULTS)


@pytest.mark.parametrize(
    ("name", "ledger", "code", "status", "reconnects"),
    [(row[0], *row[2:6]) for row in BY_NAME],
    ids=[r[0] for r in BY_NAME],
)
def test_by_name(
    name: str, ledger: str, code: str | None, status: int, reconnects: int, runs: dict[str, dict[str, Any]]
) -> None:
    run = runs[name]
    assert run["ledger"][ledger] == 1, run["problems"]
    assert [entry["problem"]["code"] for entry in run["problems"]] == ([code] if code else [])
    assert run["reconnects"] == reconnects
    assert run["reconnected"] == (1 if reconnects and ledger == "completed" else 0)
    assert run["exit_status"] == run["exit_code"] == status
    assert "Traceback" not in run["stderr"]
    if name in VIOLATIONS:
        assert VIOLATIONS[name] in run["violations"]
