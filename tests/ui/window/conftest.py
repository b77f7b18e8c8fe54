"""Fixtures of the tests of the window's collaborators."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.window.page_bench import PageBench, page_bench


@pytest.fixture
async def bench(theme: ThemeSource) -> AsyncIterator[PageBench]:
    async with page_bench(theme) as bench:
        yield bench
