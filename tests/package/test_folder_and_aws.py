"""boto3 in the folder, of which most services are left out, does what the program asks of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import frozen_parts
import msgspec
import pytest

pytestmark = pytest.mark.package
ROOT = Path(__file__).parents[2]


def test_every_service_that_the_program_calls_is_kept() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "flux_desktop/aws").rglob("*.py"))
    called = set(re.findall(r'client\(\w+, "([a-z-]+)"\)', sources))
    assert {"sagemaker", "sts", "cloudwatch"} <= called <= frozen_parts.AWS_SERVICES


def test_it_lists_the_endpoints_of_an_account(folder: Path, clean_environment: dict[str, str]) -> None:
    """The account is the folder's own built-in endpoint."""
    command = [str(folder / "flux-stress"), "local-endpoint", "--endpoint", "flux-ready=InService", "--parent-pipe"]
    with subprocess.Popen(command, env=clean_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        endpoint_info = msgspec.json.decode(process.stdout.readline())
        keys = {"AWS_ACCESS_KEY_ID": endpoint_info["access_key"], "AWS_SECRET_ACCESS_KEY": endpoint_info["secret_key"]}
        asked = [str(folder / "flux-stress"), "list-endpoints", "--region", endpoint_info["region"]]
        asked += ["--endpoint-url", endpoint_info["url"], "--ca-bundle", endpoint_info["ca_file"]]
        done = subprocess.run(
            asked, env=clean_environment | keys, capture_output=True, text=True, timeout=60, check=False
        )
        process.stdin.close()
        process.wait(20)
    assert done.returncode == 0, done.stderr
    assert "flux-ready" in done.stdout


def test_a_profile_without_a_session_is_told_as_ever(folder: Path, clean_environment: dict[str, str]) -> None:
    """Single sign-on needs services of its own, which only its failure shows here."""
    home = Path(clean_environment["HOME"])
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        "[profile voice-dev]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = Dev\nregion = us-east-1\n"
        "[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://example.invalid/start\n"
    )
    asked = [str(folder / "flux-stress"), "list-endpoints", "--profile", "voice-dev"]
    done = subprocess.run(asked, env=clean_environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "aws sso login --profile voice-dev" in done.stderr
    assert "Traceback" not in done.stderr
