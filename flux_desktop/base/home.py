"""A home folder for processes that have none, as in containers: without HOME and without an entry in /etc/passwd.

Libraries would otherwise use a folder named “~” in the working directory.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import MutableMapping
from pathlib import Path


def ensure_home(environ: MutableMapping[str, str] = os.environ, parent: Path | None = None) -> str | None:
    """Set HOME if it is missing: to the user's folder, or else to a private folder in `parent` (the temporary folder).

    Child processes inherit it. Returns a sentence for the user about a temporary folder, otherwise None.
    """
    if environ.get("HOME") or os.name != "posix":
        return None
    home = _home_by_passwd()
    if home is not None:
        environ["HOME"] = home
        return None
    folder = _private_folder(parent or Path(tempfile.gettempdir()))
    environ["HOME"] = str(folder)
    return f"There is no home folder: HOME is not set. Settings and recordings are kept in {folder}."


def _home_by_passwd() -> str | None:
    import pwd

    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return None
    return home if os.path.isdir(home) else None


def _private_folder(parent: Path) -> Path:
    """A folder that only this user can read; the same at every start, unless somebody else has taken its name."""
    folder = parent / f"flux-desktop-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077:
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="flux-desktop-", dir=parent))
