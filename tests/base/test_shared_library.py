"""A missing library of the system is recognised by the linker's words."""

from __future__ import annotations

from flux_desktop.base.shared_library import missing_library_todo


def test_the_library_is_named() -> None:
    todo = missing_library_todo("libstdc++.so.6: cannot open shared object file: No such file or directory")
    assert todo is not None
    assert "library libstdc++.so.6 (" in todo


def test_another_failure_is_none() -> None:
    assert missing_library_todo("No module named 'qasync'") is None
