"""Qt starts without a word on the terminal, whatever the locale."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flux_desktop.ui.app.utf8_locale import UTF8
from tests.waiting import PATIENCE_S

PROGRAM = """
import os
from flux_desktop.ui.app.utf8_locale import use_utf8
use_utf8()
from PySide6.QtCore import QCoreApplication
QCoreApplication([])
print(os.environ["LC_CTYPE"], os.environ["LANG"], os.environ.get("LC_ALL"))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Qt asks for the encoding on Linux only")
@pytest.mark.parametrize(
    ("environment", "after"),
    [
        ({"LANG": "C"}, f"{UTF8} C None"),
        ({"LANG": "xx_XX.UTF-8"}, f"{UTF8} xx_XX.UTF-8 None"),
        ({"LC_ALL": "POSIX", "LANG": UTF8}, f"{UTF8} POSIX None"),
        ({"LC_CTYPE": UTF8, "LANG": "C"}, f"{UTF8} C None"),
    ],
)
def test_qt_has_nothing_to_say(environment: dict[str, str], after: str) -> None:
    # As in the packaged program, Python itself does not change the locale.
    environment |= {"PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.stderr, done.stdout.strip()) == ("", after)
