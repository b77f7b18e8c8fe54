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


def test_there_are_three_ways_to_begin(qtbot: QtBot) -> None:
    page = EmptyState()
    qtbot.addWidget(page)
    page.set_ready(ready=False, microphone=False)
    assert not page.start_button.isHidden()
    for way, signal in (
        (page.recording_button, page.recording_wanted),
        (page.account_button, page.account_wanted),
    ):
        assert not way.isHidden()
        with qtbot.waitSignal(signal):
            way.click()
    page.set_ready(ready=False, microphone=True, listed=False)
    assert page.hint.text() == "Looking for microphones…"
    page.set_ready(ready=True, microphone=False)
    assert page.recording_button.isHidden()
    page.set_ready(ready=False, microphone=False, reading="calls")
    assert page.hint.text() == "calls is being read…"
    assert not page.start_button.isEnabled()
    page.set_ready(ready=True, microphone=False)
    assert page.start_button.isEnabled()
    assert page.account_button.isHidden()
