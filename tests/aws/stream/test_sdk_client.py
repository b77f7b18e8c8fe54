"""What a process loads for streams."""

from __future__ import annotations

import subprocess
import sys

from flux_desktop.aws.stream import sdk_client

_CODE = f"""
import sys
import {sdk_client.__name__}
assert "aiohttp" not in sys.modules and "smithy_http.aio.aiohttp" in sys.modules
import aiohttp
"""


def test_streams_do_without_the_default_http_library_which_others_can_still_import() -> None:
    subprocess.run([sys.executable, "-c", _CODE], check=True)
