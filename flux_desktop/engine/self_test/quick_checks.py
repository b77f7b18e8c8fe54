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
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.base.versions import MISSING, versions
from flux_desktop.engine.recording.session_folder import default_sessions_dir

RESOURCES = (
    "icons/audio-lines.svg",
    "icons/flux-desktop.svg",
    "notices/sbom.cdx.json",
    "notices/third-party-licences.txt",
    SAMPLE_RECORDING,
    "sample_audio/conversation.words.json",
)
"""What the program cannot do without; a folder that lacks one of them was copied in part."""
OPEN_FILES_MIN = 2_200
"""For a thousand connections to the built-in endpoint, which holds as many again."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found: `said` in a few words, or the `problem`."""

    name: str
    said: str = ""
    problem: Problem | None = None


def quick_findings() -> Iterator[Finding]:
    """Carry out the quick checks, one after the other. Never raises."""
    for name, check in QUICK.items():
        yield finding(name, check)


def finding(name: str, check: Callable[[], str]) -> Finding:
    """One check's words, or its problem. Border: a check that fails in a way nobody thought of is a finding too."""
    try:
        return Finding(name=name, said=check())
    except ProblemError as error:
        return Finding(name=name, problem=error.problem)
    except Exception as error:
        return Finding(name=name, problem=unforeseen(name, error))


def unforeseen(name: str, error: Exception) -> Problem:
    """A check that could not be carried out."""
    return Problem(
        code="check_failed",
        what=f"The check of {name} could not be carried out.",
        why=f"{' '.join(str(error).split()) or type(error).__name__}.",
        todo="Install the program again; if it persists, report this line.",
    )


def check_versions() -> str:
    """What this program is made of. Raises `ProblemError` where a part is missing."""
    found = dict(versions())
    missing = [name for name, version in found.items() if version == MISSING]
    if missing:
        raise ProblemError(
            Problem(
                code="parts_missing",
                what=f"Parts of the program are missing: {', '.join(missing)}.",
                todo="Install the program again.",
            )
        )
    parts = f"Qt for Python {found['PySide6-Essentials']}, awscrt {found['awscrt']}, boto3 {found['boto3']}"
    system = f"{platform.system()} {platform.machine()}"
    return f"flux-desktop {__version__} from {program.origin()}, Python {found['Python']} on {system}, {parts}"


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
                why="The program was copied in part.",
                todo="Copy or install it again, as a whole.",
            )
        )
    return f"all {len(RESOURCES)} files that are needed are there"


def check_open_files() -> str:
    """How many connections the system lets one process hold. Raises `ProblemError` where 1000 are too many."""
    allowed = program.allow_many_files()
    if allowed < OPEN_FILES_MIN:
        raise ProblemError(
            Problem(
                code="open_files_few",
                what=f"This system lets a program open only {allowed} files.",
                why=f"Each connection counts as one or two, so about {allowed // 2 - 50} are possible.",
                todo="Raise the hard limit “nofile” in /etc/security/limits.conf to 10240, and sign in again.",
            )
        )
    return f"up to {allowed}, enough for 1000 connections"


def check_ca_bundle() -> str:
    """Whom connections trust. Raises `ProblemError` where nobody is."""
    named, store, paths = os.environ.get("AWS_CA_BUNDLE"), trust_store(None), ssl.get_default_verify_paths()
    where = named or paths.cafile or paths.capath or paths.openssl_cafile
    folder = store.folder if named else paths.capath
    # Those of a folder are read only as they are asked for.
    number = ssl_context(store).cert_store_stats()["x509_ca"] or (len(list(Path(folder).glob("*.0"))) if folder else 0)
    if not number:
        raise ProblemError(
            Problem(
                code="no_authorities",
                what="No certificate authority is trusted, so no real endpoint can be reached.",
                why=f"{where} holds none.",
                todo="Install the package ca-certificates, or name a file of authorities with AWS_CA_BUNDLE.",
            )
        )
    return f"{number} authorities in {where}{', which AWS_CA_BUNDLE names' if named else ''}"


def check_session_folder() -> str:
    """Where runs are recorded. Raises `ProblemError` where nothing can be written."""
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
                todo="Make room or give yourself write access there; on the command line, name another --sessions-dir.",
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
