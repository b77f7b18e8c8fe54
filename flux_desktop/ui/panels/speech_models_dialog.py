"""The speech models of the built-in endpoint: which are installed, and their download."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import SpeechModel
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.speech_models import SpeechModelState
from flux_desktop.ui.services.speech_model_fetcher import SpeechModelFetcher
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from flux_desktop.ui.widgets.basics import button, label, pill, set_role


class SpeechModelsDialog(QDialog):
    """Open it with `open()`: it never blocks the window, and a download goes on when it is closed."""

    def __init__(self, parent: QWidget, state: AppState, fetcher: SpeechModelFetcher) -> None:
        super().__init__(parent)
        self.setWindowTitle("Speech models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(label("Speech recognition of the built-in endpoint", "title"))
        layout.addWidget(
            label(
                "The built-in endpoint transcribes with Whisper on this computer. Its accuracy and latency are not "
                "those of Flux.",
                "muted",
                wrap=True,
            )
        )
        self.rows = {
            name: SpeechModelRow(each, partial(fetcher.fetch, name), partial(fetcher.cancel, name))
            for name, each in state.speech_models.by_name.items()
        }
        for row in self.rows.values():
            layout.addWidget(row)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        state.listen(self.refresh)
        self.finished.connect(lambda _result: state.unlisten(self.refresh))

    def refresh(self) -> None:
        """Show the state of every model."""
        for row in self.rows.values():
            row.refresh()

    def _fit(self) -> None:
        """Make room for all lines of texts that are wrapped, which a layout does not ask for by itself."""
        layout = self.layout()
        if layout is not None:
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):  # a text has changed, or the width
            self._fit()
        return done


class SpeechModelRow(QWidget):
    """One model with its state and the button that downloads it or ends the download."""

    def __init__(self, state: SpeechModelState, fetch: partial[None], cancel: partial[None]) -> None:
        super().__init__()
        self._state = state
        title, size = state.model.title, state.model.size_text
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.status = pill()
        self.fetch_button = button(f"Download {size}", fetch, tip=f"Download {title}")
        self.fetch_button.setAccessibleName(f"Download {title}, {size}")
        self.cancel_button = button("Cancel", cancel, tip=f"End the download of {title}")
        self.cancel_button.setAccessibleName(f"Cancel the download of {title}")
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(label(title, "strong"))
        head.addWidget(self.status)
        head.addStretch()
        head.addWidget(self.fetch_button)
        head.addWidget(self.cancel_button)
        self.place = label("", "caption", wrap=True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of the download of {title}")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        rows.setSpacing(SPACE_XS)
        rows.addLayout(head)
        rows.addWidget(label(state.purpose, wrap=True))
        rows.addWidget(self.bar)
        rows.addWidget(self.place)
        self.refresh()

    def refresh(self) -> None:
        """Show the model's state."""
        state = self._state
        words, tone = "not installed", "warn" if state.needed else "quiet"
        if state.fetching:
            words, tone = "downloading", "accent"
        elif state.folder is not None:
            words, tone = "installed", "ok"
        self.status.setText(words)
        set_role(self.status, tone, "pill")
        had_focus = self.fetch_button.hasFocus() or self.cancel_button.hasFocus()
        self.fetch_button.setVisible(state.folder is None and not state.fetching)
        self.cancel_button.setVisible(state.fetching)
        self.cancel_button.setEnabled(not state.cancelling)
        if had_focus:
            (self.cancel_button if state.fetching else self.fetch_button).setFocus()
        self.bar.setVisible(state.fetching)
        self.bar.setRange(0, 0 if state.percent is None else 100)
        if state.percent is not None:
            self.bar.setValue(state.percent)
        failed = state.problem is not None and not state.fetching and state.folder is None
        self.place.setText(_details(state))
        set_role(self.place, "warn" if failed else "caption")


def _details(state: SpeechModelState) -> str:
    if state.fetching:
        return state.progress_text
    if state.folder is not None:
        return f"{state.model.size_text} in {state.folder}"
    if state.problem is not None:
        return state.problem.sentence()
    return f"{state.model.size_text} from {source_names(state.model)}, stored in {store.fetched_folder(state.model)}."


def source_names(model: SpeechModel) -> str:
    """Where the model is downloaded from, in the order in which the sources are tried."""
    from flux_desktop.speech_models.fetch import sources_of  # brings what only a download needs

    return " or, if that fails, from ".join(source.name for source in sources_of(model))
