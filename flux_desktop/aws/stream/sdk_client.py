"""The AWS SDK's client, imported without the HTTP library that it would use by default.

The SDK imports aiohttp where it is installed, and does without it elsewhere. This program gives the SDK a transport of
its own; importing aiohttp would take a quarter of the CPU time in which a worker starts.
"""

from __future__ import annotations

import sys

_UNUSED = "aiohttp"
_hidden = _UNUSED not in sys.modules
if _hidden:
    sys.modules[_UNUSED] = None  # type: ignore[assignment]  # `import` then raises ImportError
try:
    from aws_sdk_sagemaker_runtime_http2.client import AsyncSageMakerRuntimeHTTP2Client
    from aws_sdk_sagemaker_runtime_http2.config import AsyncSageMakerRuntimeHTTP2Config
finally:
    if _hidden:
        del sys.modules[_UNUSED]

__all__ = ["AsyncSageMakerRuntimeHTTP2Client", "AsyncSageMakerRuntimeHTTP2Config"]
