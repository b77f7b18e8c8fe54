"""The process of a worker."""

from __future__ import annotations

import subprocess
import sys

_CODE = """
import gc, sys
from flux_desktop.engine.worker.worker import main
main()
print(gc.get_freeze_count(), file=sys.stderr)
"""


def test_what_a_worker_has_imported_is_kept_out_of_garbage_collections() -> None:
    done = subprocess.run([sys.executable, "-c", _CODE], input=b"", capture_output=True, check=True)
    assert int(done.stderr) > 10_000
