"""The guards of tests/conftest.py: each leak fails its test, and a tidy test passes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
LEAKS = """
import asyncio, os, subprocess, sys, threading
import pytest

stop = threading.Event()
started = []
kept = []

@pytest.fixture(scope="module", autouse=True)
def clean_up():
    yield
    stop.set()
    for process in started:
        process.kill()
        process.wait()

def test_thread():
    threading.Thread(target=stop.wait, name="forgotten", daemon=True).start()

def test_child():
    started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))

async def test_task():
    kept.append(asyncio.get_running_loop().create_task(asyncio.sleep(60), name="adrift"))

async def test_tidy():
    await asyncio.create_task(asyncio.sleep(0))
    await asyncio.to_thread(int)
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert os.environ["HOME"] != HOME
    assert "AWS_PROFILE" not in os.environ
"""


def test_each_leak_fails_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    conftest = tmp_path / "conftest.py"
    text, shortened = re.subn(r"^GRACE_S = .*", "GRACE_S = 0.5", conftest.read_text(), flags=re.MULTILINE)
    assert shortened == 1
    conftest.write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "of-a-person")
    (tmp_path / "test_leaks.py").write_text(f"HOME = {str(tmp_path)!r}\n{LEAKS}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, "-q", tmp_path],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert "4 passed, 3 errors" in done.stdout, done.stdout + done.stderr
    assert re.search(r"threads left running: \['forgotten'\]", done.stdout)
    assert re.search(r"child processes left running: .*time\.sleep\(60\)", done.stdout)
    assert re.search(r"tasks left running: .*adrift", done.stdout)
