"""Builds once, and only when it is wanted."""

from __future__ import annotations

from flux_desktop.ui.window.deferred import Deferred


def test_it_is_built_when_first_wanted_and_then_kept() -> None:
    built: list[object] = []

    def build() -> object:
        built.append(object())
        return built[-1]

    page = Deferred(build)
    assert (page.built, built) == (None, [])
    assert page.get() is page.get() is page.built
    assert len(built) == 1
