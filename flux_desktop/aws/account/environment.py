"""What environment variables and files say about the AWS account, without boto3: cheap enough for a window's start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

#: Variables that only mean something where an account is set up.
_ACCOUNT_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


def effective_profile(profile: str | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """The profile that boto3 uses when `profile` is asked for: None for its default chain."""
    return profile or environ.get("AWS_DEFAULT_PROFILE") or environ.get("AWS_PROFILE") or None


def is_account_configured(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether anything on this machine names an AWS account. Checks variables and files only."""
    folder = Path(os.path.expanduser("~")) / ".aws"
    files = (
        environ.get("AWS_CONFIG_FILE") or folder / "config",
        environ.get("AWS_SHARED_CREDENTIALS_FILE") or folder / "credentials",
    )
    return any(environ.get(name) for name in _ACCOUNT_VARIABLES) or any(
        Path(os.path.expanduser(file)).is_file() for file in files
    )
