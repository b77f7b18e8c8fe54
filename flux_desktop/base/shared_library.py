"""A library of the system that the linker does not find, such as OpenGL on a machine without a desktop."""

from __future__ import annotations

import re

_MISSING = re.compile(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object")


def missing_library_todo(why: str) -> str | None:
    """What to do if these are the linker's words for a library that is missing; else None."""
    missing = _MISSING.search(why)
    if missing is None:
        return None
    return (
        f"Install the system's library {missing[1]} (on Debian, the package that “apt-file search {missing[1]}” lists)."
    )
