"""Keeps the SDKs' debug lines out of every log: they hold audio, transcripts, keys and signatures."""

from __future__ import annotations

import logging

_STREAM_SDK = (
    "smithy_core",
    "smithy_http",
    "smithy_json",
    "smithy_aws_core",
    "smithy_aws_event_stream",
    "aws_sdk_signers",
    "aws_sdk_sagemaker_runtime_http2",
)
_BOTO = ("boto3", "botocore", "urllib3")


def quieten_sdk_logging() -> None:
    """Hold the SDKs' own loggers at warnings, whatever level the program logs at."""
    for name in _STREAM_SDK + _BOTO:
        logging.getLogger(name).setLevel(logging.WARNING)
