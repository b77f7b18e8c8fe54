"""The page before the first run: every state has its own hint, and the button starts."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.panels.empty_state import EmptyState


def test_each_state_has_its_own_hint_and_the_sample_is_offered_without_audio_alone(qtbot: QtBot) -> None:
    page, clicks = EmptyState(), []
    qtbot.addWidget(page)
    page.start_clicked.connect(lambda: clicks.append(True))
    seen = {}
    for ready in (True, False):
        for microphone in (True, False):
            page.set_ready(ready=ready, microphone=microphone)
            seen[ready, microphone] = (page.hint.text(), page.start_button.text())
    assert len({hint for hint, _name in seen.values()}) == 4
    assert [state for state, (_hint, name) in seen.items() if name == "Try with sample"] == [(False, False)]
    page.start_button.click()
    assert clicks == [True]
