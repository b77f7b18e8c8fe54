"""Checks of this installation that take milliseconds and need no process and no connection."""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from flux_desktop import __version__
from flux_desktop.aws.errors.trust import ssl_context, trust_store
from flux_desktop.base import program
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, SAMPLE_RECORDING, resource_path
from flux_desktop.base.versions import MISSING, versions
from flux_desktop.engine.recording.session_folder import default_sessions_dir

RESOURCES = (
    "icons/audio-lines.svg",
    "icons/flux-desktop.svg",
    "notices/sbom.cdx.json",
    "notices/third-party-licences.txt",
    SAMPLE_RECORDING,
    "sample_audio/conversation.words.json",
    SAMPLE_DATA_SET,
)
"""Files that the program needs; where one is missing, the installation is incomplete."""
OPEN_FILES_MIN = 2_200
"""A thousand connections to the built-in endpoint, which opens as many itself."""


class QuickCheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one check: an `observation` in a few words, or the `problem`."""

    name: str
    observation: str = ""
    problem: Problem | None = None


def quick_findings() -> Iterator[QuickCheckResult]:
    """Carry out the quick checks, one after the other. Never raises."""
    for name, check in QUICK.items():
        yield finding(name, check)


def finding(name: str, check: Callable[[], str]) -> QuickCheckResult:
    """One check's observation or problem. Boundary: an unforeseen failure is a finding too."""
    try:
        return QuickCheckResult(name=name, observation=check())
    except ProblemError as error:
        return QuickCheckResult(name=name, problem=error.problem)
    except Exception as error:
        return QuickCheckResult(name=name, problem=unforeseen(name, error))


def unforeseen(name: str, error: Exception) -> Problem:
    """A check that could not be carried out."""
    return Problem(
        code="check_failed",
        what=f"The check of {name} could not be carried out.",
        why=f"{' '.join(str(error).split()) or type(error).__name__}.",
        todo="Install the program again; if it persists, report this line.",
    )


def check_versions() -> str:
    """Versions of the program and its parts. Raises `ProblemError` where a part is missing."""
    installed = dict(versions())
    missing = [name for name, version in installed.items() if version == MISSING]
    if missing:
        raise ProblemError(
            Problem(
                code="parts_missing",
                what=f"Parts of the program are missing: {', '.join(missing)}.",
                todo="Install the program again.",
            )
        )
    parts = f"Qt for Python {installed['PySide6-Essentials']}, awscrt {installed['awscrt']}, boto3 {installed['boto3']}"
    system = f"{platform.system()} {platform.machine()}"
    return f"flux-desktop {__version__} from {program.origin()}, Python {installed['Python']} on {system}, {parts}"


def check_resources() -> str:
    """The bundled files. Raises `ProblemError` naming those that are missing or empty."""
    bad = []
    for name in RESOURCES:
        try:
            if not resource_path(name).stat().st_size:
                bad.append(name)
        except OSError:
            bad.append(name)
    if bad:
        raise ProblemError(
            Problem(
                code="resources_missing",
                what=f"Files of the program are missing or empty: {', '.join(bad)}.",
                why="The installation is incomplete.",
                todo="Install the program again.",
            )
        )
    return f"all {len(RESOURCES)} required files are present"


def check_open_files() -> str:
    """Limit of open files for one process. Raises `ProblemError` where it is too low for 1000 connections."""
    allowed = program.allow_many_files()
    if allowed < OPEN_FILES_MIN:
        raise ProblemError(
            Problem(
                code="open_files_few",
                what=f"The limit of open files is {allowed}, which is too low.",
                why=f"Each connection needs one or two, so about {allowed // 2 - 50} connections are possible.",
                todo="Raise the hard limit “nofile” in /etc/security/limits.conf to 10240, and sign in again.",
            )
        )
    return f"up to {allowed}, enough for 1000 connections"


def check_ca_bundle() -> str:
    """Certificate authorities that connections trust. Raises `ProblemError` where there are none."""
    named, store, paths = os.environ.get("AWS_CA_BUNDLE"), trust_store(None), ssl.get_default_verify_paths()
    where = named or paths.cafile or paths.capath or paths.openssl_cafile
    folder = store.folder if named else paths.capath
    # A folder's certificates are loaded only when needed, so they are counted as files.
    number = ssl_context(store).cert_store_stats()["x509_ca"] or (len(list(Path(folder).glob("*.0"))) if folder else 0)
    if not number:
        raise ProblemError(
            Problem(
                code="no_authorities",
                what="No certificate authority is trusted, so real endpoints cannot be reached.",
                why=f"{where} contains none.",
                todo="Install the package ca-certificates, or set AWS_CA_BUNDLE to a file of authorities.",
            )
        )
    return f"{number} authorities in {where}{', which AWS_CA_BUNDLE names' if named else ''}"


def check_session_folder() -> str:
    """The folder in which runs are recorded. Raises `ProblemError` where it is not writable."""
    folder = default_sessions_dir()
    probe = Path(folder, f".self-test-{os.getpid()}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(b"\n")
        probe.unlink()
    except OSError as error:
        raise ProblemError(
            Problem(
                code="sessions_unwritable",
                what=f"Runs cannot be recorded in {folder}.",
                why=f"{error.strerror or error}.",
                todo="Free disk space or change the permissions. flux-stress takes another folder with --sessions-dir.",
            )
        ) from error
    return str(folder)


QUICK: dict[str, Callable[[], str]] = {
    "versions": check_versions,
    "resources": check_resources,
    "open files": check_open_files,
    "CA bundle": check_ca_bundle,
    "recordings": check_session_folder,
}
