"""The wheel, installed into an environment that holds nothing but what users get."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

from flux_desktop import __version__
from flux_desktop.engine.self_test.quick_checks import RESOURCES
from flux_desktop.speech_models import catalogue, store

pytestmark = pytest.mark.package
ROOT = Path(__file__).parents[2]
COMMANDS = ROOT / "build/wheel-env/bin"


@pytest.fixture(scope="module")
def wheel() -> Path:
    (path,) = (ROOT / "dist").glob("flux_desktop-*.whl")
    return path


def test_it_works_by_itself(clean_environment: dict[str, str], tmp_path: Path) -> None:
    command = [str(COMMANDS / "flux-stress"), "self-test"]
    model = store.find(catalogue.ENGLISH)
    assert model is not None, "fetch it first: flux-stress recogniser fetch"
    environment = clean_environment | {store.FOLDER_VARIABLE: str(model.parent)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"flux-desktop {__version__} from an installed wheel" in done.stdout


def test_it_holds_what_the_program_reads_and_no_more(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"flux_desktop/_resources/{name}" for name in RESOURCES} <= names
    assert not [name for name in names if "screenshots" in name or name.startswith(("tests", "packaging"))]
    assert "flux_desktop/py.typed" in names


def test_its_metadata_tell_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    place = f"flux_desktop-{__version__}.dist-info"
    metadata = BytesParser().parsebytes(archive.read(f"{place}/METADATA"))
    assert (metadata["Name"], metadata["Version"], metadata["License-Expression"]) == (
        "flux-desktop",
        __version__,
        "MIT",
    )
    assert metadata["Requires-Python"] == ">=3.12"
    for name in metadata.get_all("License-File", []):
        assert archive.read(f"{place}/licenses/{name}")
    assert "resources/notices/third-party-licences.txt" in metadata.get_all("License-File", [])
    assert b"[gui_scripts]" in archive.read(f"{place}/entry_points.txt")


def test_the_source_archive_builds_the_same_program() -> None:
    (path,) = (ROOT / "dist").glob("flux_desktop-*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "pyproject.toml",
        "LICENSE",
        "CHANGELOG.md",
        "packaging/bundle/flux_desktop.spec",
        "tests/conftest.py",
    } <= names
