"""The controls of listening: button, mute, volume, output and the line about the sound."""

from __future__ import annotations

from flux_desktop.audio.devices import OutputDevice
from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.listen_box import ListenBox
from flux_desktop.ui.style.stylesheet import stylesheet
from flux_desktop.ui.style.theme import ThemeSource


def test_the_button_and_the_slider_change_the_state(theme: ThemeSource) -> None:
    state = AppState()
    box = ListenBox(theme, state)
    asked: list[bool] = []
    box.outputs_wanted.connect(lambda: asked.append(True))
    box.button.click()
    assert (state.listening.wanted, box.button.isChecked(), asked) == (True, True, [True])
    box.mute.click()
    assert state.listening.muted
    assert box.mute.accessibleName() == "Unmute"
    box.volume.setValue(40)
    assert (state.listening.volume, state.listening.muted) == (40, False)
    box.deleteLater()


def test_the_outputs_are_listed_and_one_is_chosen(theme: ThemeSource) -> None:
    state = AppState()
    box = ListenBox(theme, state)
    state.listening.outputs = [OutputDevice(name="Headset"), OutputDevice(name="HDMI")]
    box.refresh()
    assert [box.output.itemText(place) for place in range(box.output.count())] == ["System default", "Headset", "HDMI"]
    box.output.activated.emit(2)
    assert state.listening.output == "HDMI"
    box.deleteLater()


def test_the_line_tells_what_is_wrong_and_what_to_do(theme: ThemeSource) -> None:
    state = AppState()
    box = ListenBox(theme, state)
    state.listening.problem = Problem(code="x", what="There is no sound output.", todo="Connect headphones.")
    box.refresh()
    assert box.words.text() == "There is no sound output."
    assert "Connect headphones." in box.words.toolTip()
    assert box.words.property("role") == "warn"
    box.setStyleSheet(stylesheet(theme.current))
    box.show()
    box.resize(288, box.heightForWidth(288))
    assert box.words.height() >= box.words.heightForWidth(box.words.width()), "none of it is cut"
    box.deleteLater()
