"""The style sheet, written from the theme's tokens."""

from __future__ import annotations

from flux_desktop.base.resources import resource_path
from flux_desktop.ui.style.tokens import Theme

_SHEET = """
QWidget { color: %(text)s; font-size: 13px; }
QMainWindow, QDialog, #body { background: %(window)s; }
QToolTip { background: %(raised)s; color: %(text)s; border: 1px solid %(border)s; padding: 4px 6px; }

#bar, #statusBar, #rail { background: %(panel)s; }
#rail { border-right: 1px solid %(border)s; }
#bar { border-bottom: 1px solid %(border)s; }
#statusBar { border-top: 1px solid %(border)s; }
#panel[verdict="ok"] { border-color: %(ok)s; }
#panel[verdict="accent"] { border-color: %(accent)s; }
#panel[verdict="warn"] { border-color: %(warn)s; }
#panel[verdict="danger"] { border-color: %(danger)s; }
#panel { background: %(panel)s; border: 1px solid %(border)s; border-radius: 10px; }
#preset { background: %(panel)s; border: 1px solid %(border)s; border-radius: 10px; }
#preset[chosen="on"] { background: %(accent_soft)s; border-color: %(accent)s; }
#preset:focus { border-color: %(accent)s; }
#preset[chosen="on"]:focus { border-color: %(text)s; }
#card { background: %(raised)s; border: 1px solid %(border)s; border-radius: 8px; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFileDialog QToolButton { padding: 2px; }
#dropHint {
  background: %(accent_soft)s; border: 2px dashed %(accent)s; border-radius: 10px; font-size: 22px; font-weight: 600;
}

QLabel { background: transparent; }
QLabel:disabled { color: %(border)s; }
QLabel[role="title"] { font-size: 15px; font-weight: 600; }
QLabel[role="caption"] { font-size: 11px; color: %(muted)s; }
QLabel[role="muted"] { color: %(muted)s; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="figure"] { font-size: 15px; font-weight: 600; }
QLabel[role="number"] { font-size: 40px; font-weight: 700; }
QLabel[role="ok"] { color: %(ok)s; font-size: 11px; }
QLabel[role="warn"] { color: %(warn)s; font-size: 11px; }
QLabel[role="danger"] { color: %(danger)s; font-size: 11px; }
QLabel[pill="ok"] { background: %(ok)s; color: %(on_fill)s; }
QLabel[pill="warn"] { background: %(warn)s; color: %(on_fill)s; }
QLabel[pill="danger"] { background: %(danger)s; color: %(on_fill)s; }
QLabel[pill="eager"] { background: %(eager)s; color: %(on_fill)s; }
QLabel[pill="accent"] { background: %(accent)s; color: %(on_accent)s; }
QLabel[pill="quiet"] { background: %(raised)s; color: %(text)s; border: 1px solid %(border)s; }
QLabel[pill] {
  border-radius: 9px; min-height: 18px; max-height: 18px; padding: 0 9px; font-size: 11px; font-weight: 600;
}

QPushButton, QToolButton {
  background: %(raised)s; border: 1px solid %(border)s; border-radius: 7px; padding: 5px 12px;
}
QPushButton:hover, QToolButton:hover { border-color: %(accent)s; }
QPushButton:pressed, QToolButton:pressed { background: %(accent_soft)s; }
QPushButton:disabled, QToolButton:disabled { color: %(muted)s; background: %(panel)s; }
QPushButton:focus, QToolButton:focus { border: 1px solid %(accent)s; outline: none; }
QPushButton[kind="go"] {
  background: %(ok)s; color: %(on_fill)s; border-color: %(ok)s; font-weight: 600; padding: 7px 16px;
}
QPushButton[kind="go"]:disabled { background: %(raised)s; color: %(muted)s; border-color: %(border)s; }
QPushButton[kind="running"], QPushButton[kind="running"]:disabled {
  background: transparent; color: %(ok)s; border-color: transparent; font-weight: 700; padding: 7px 16px; }
QPushButton[kind="go"]:focus { border: 2px solid %(text)s; padding: 6px 15px; }
QPushButton[kind="stop"] { font-weight: 600; padding: 7px 16px; }
QPushButton[kind="segment"] { border-radius: 7px; padding: 5px 10px; }
QPushButton[kind="segment"]:checked { background: %(accent)s; color: %(on_accent)s; font-weight: 600; }
QPushButton[kind="segment"]:checked:focus { border: 2px solid %(text)s; padding: 4px 9px; }
QPushButton[kind="tab"] {
  background: transparent; color: %(muted)s; padding: 7px 8px; border: none; border-radius: 0;
  border-bottom: 2px solid transparent;
}
QPushButton[kind="tab"]:hover { color: %(text)s; }
QPushButton[kind="tab"]:checked { color: %(text)s; border-bottom: 2px solid %(accent)s; }
QPushButton[kind="tab"]:focus { color: %(accent)s; border-bottom: 2px solid %(accent)s; }
QPushButton[kind="small"] { font-size: 11px; padding: 4px 5px; }
QPushButton[kind="field"] { padding: 4px 8px; text-align: left; }
QPushButton[kind="link"], QToolButton[kind="link"] {
  background: transparent; border: 1px solid transparent; color: %(accent)s; padding: 3px 6px;
}
QPushButton[kind="link"]:checked { background: %(accent_soft)s; border-color: %(accent)s; }
QPushButton[kind="link"]:disabled { color: %(muted)s; }
QPushButton[kind="link"]:hover, QToolButton[kind="link"]:hover { border-color: %(border)s; }
QPushButton[kind="link"]:focus, QToolButton[kind="link"]:focus { border-color: %(accent)s; }
QPushButton[kind="link"]:checked:focus, QToolButton[kind="icon"]:checked:focus { border-color: %(text)s; }
QToolButton[kind="icon"] { background: transparent; border: 1px solid transparent; padding: 4px; }
QToolButton[kind="icon"]:hover { background: %(raised)s; border-color: %(border)s; }
QToolButton[kind="icon"]:checked { background: %(accent_soft)s; border-color: %(accent)s; }
QToolButton[kind="icon"]:focus { border-color: %(accent)s; }
QToolButton[kind="rail"] {
  background: transparent; border: 1px solid transparent; border-radius: 9px; color: %(muted)s; font-size: 11px;
  margin: 0 3px; padding: 7px 0 5px 0;
}
QToolButton[kind="rail"]:hover { color: %(text)s; }
QToolButton[kind="rail"]:checked { background: %(accent_soft)s; color: %(text)s; font-weight: 600; }
QToolButton[kind="rail"]:focus { border-color: %(accent)s; }
QPushButton[kind="main"] {
  background: %(accent)s; color: %(on_accent)s; border-color: %(accent)s; font-weight: 600; padding: 7px 16px;
}
QPushButton[kind="main"]:disabled { background: %(raised)s; color: %(muted)s; border-color: %(border)s; }
QPushButton[kind="main"]:focus { border: 2px solid %(text)s; padding: 6px 15px; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit {
  background: %(raised)s; border: 1px solid %(border)s; border-radius: 7px; padding: 4px 8px;
  selection-background-color: %(accent)s; selection-color: %(on_accent)s;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {
  border-color: %(accent)s;
}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: %(muted)s; }
QSpinBox, QDoubleSpinBox { padding: 4px 6px 4px 7px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; }
QAbstractSpinBox QLineEdit { background: transparent; border: none; border-radius: 0; padding: 0 5px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("%(chevron)s"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: %(raised)s; border: 1px solid %(border)s; }
QComboBox[kind="quiet"] {
  background: transparent; border-color: transparent; color: %(accent)s; padding: 0 2px 0 4px; font-size: 11px;
}
QComboBox[kind="quiet"]:hover { border-color: %(border)s; }
QComboBox[kind="quiet"]:focus { border-color: %(accent)s; }
QCheckBox, QRadioButton { spacing: 7px; }
QRadioButton::indicator {
  width: 14px; height: 14px; border: 1px solid %(muted)s; border-radius: 8px; background: %(raised)s;
}
QRadioButton::indicator:checked { border: 5px solid %(accent)s; width: 6px; height: 6px; background: %(on_accent)s; }
QRadioButton:focus { color: %(accent)s; }
QCheckBox::indicator {
  width: 16px; height: 16px; border: 1px solid %(muted)s; border-radius: 4px; background: %(raised)s;
}
QCheckBox::indicator:checked { background: %(accent)s; border-color: %(accent)s; image: url("%(check)s"); }
QCheckBox::indicator:disabled { border-color: %(border)s; }
QCheckBox::indicator:checked:disabled { background: %(muted)s; }
QCheckBox:focus { color: %(accent)s; }
QCheckBox::indicator:focus { border: 2px solid %(accent)s; }
QTabBar:focus, QListView:focus, QTableView:focus { border: 1px solid %(accent)s; border-radius: 6px; }
QCheckBox:disabled { color: %(muted)s; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: %(border)s; border-radius: 2px; }
QSlider::sub-page:horizontal { background: %(accent)s; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: %(border)s; }
QSlider::handle:horizontal {
  background: %(text)s; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; border: none;
}
QSlider:focus { border: 1px solid %(accent)s; border-radius: 6px; }
QSlider::handle:horizontal:focus { background: %(accent)s; }
QSlider::handle:horizontal:disabled { background: %(muted)s; }
QProgressBar { background: %(raised)s; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: %(accent)s; border-radius: 3px; }

QScrollArea, QAbstractScrollArea, QStackedWidget { background: transparent; border: none; }
QGraphicsView, QScrollArea#reading { border: 1px solid transparent; border-radius: 6px; }
QGraphicsView:focus, QScrollArea#reading:focus { border-color: %(accent)s; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QListView, QTableView, QTreeView { background: transparent; border: none; outline: none; }
QTableView { gridline-color: %(grid)s; selection-background-color: %(accent_soft)s; selection-color: %(text)s; }
QHeaderView { background: transparent; }
QHeaderView::section {
  background: %(panel)s; color: %(muted)s; border: none; border-bottom: 1px solid %(border)s;
  padding: 5px 6px; font-size: 11px;
}
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-position: top center; width: 9px; height: 9px; }
QHeaderView::up-arrow { image: url("%(up)s"); }
QHeaderView::down-arrow { image: url("%(chevron)s"); }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab {
  background: transparent; color: %(muted)s; padding: 7px 10px; border: none; border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: %(text)s; border-bottom: 2px solid %(accent)s; font-weight: 600; }
QTabBar::tab:hover { color: %(text)s; }
QTabBar::tab:focus { color: %(accent)s; }
QTabBar[kind="deck"]::tab { padding: 6px 8px; font-weight: 600; }

QTabBar::scroller { width: 52px; }
QTabBar QToolButton { background: %(panel)s; border: 1px solid %(border)s; border-radius: 5px; padding: 0; }
QTabBar QToolButton::left-arrow { image: url("%(left)s"); }
QTabBar QToolButton::right-arrow { image: url("%(right)s"); }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: %(border)s; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 1px; }
QScrollBar::handle:hover { background: %(muted)s; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: transparent; width: 0; height: 0;
}
QSplitter::handle { background: transparent; }
QMenuBar { background: %(panel)s; padding: 0; }
QMenuBar::item { padding: 4px 9px; background: transparent; border-radius: 5px; }
QMenuBar::item:selected { background: %(raised)s; }
QMenu { background: %(raised)s; border: 1px solid %(border)s; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 22px; border-radius: 5px; }
QMenu::item:selected { background: %(accent_soft)s; }
QMenu::item:disabled { color: %(muted)s; }
QMenu::separator { height: 1px; background: %(border)s; margin: 4px 8px; }
#banner { border-radius: 8px; background: %(raised)s; }
#banner[tone="danger"] { border: 1px solid %(danger)s; border-left: 4px solid %(danger)s; }
#banner[tone="warn"] { border: 1px solid %(warn)s; border-left: 4px solid %(warn)s; }
#banner[tone="work"] { border: 1px solid %(border)s; border-left: 4px solid %(accent)s; }
#banner[tone="ok"] { border: 1px solid %(ok)s; border-left: 4px solid %(ok)s; }
#chip { background: %(accent_soft)s; border: 1px solid %(border)s; border-radius: 10px; padding: 2px 8px; }
"""


_PICTURES = (
    ("check", "check"),
    ("chevron", "chevron-down"),
    ("up", "chevron-up"),
    ("left", "chevron-left"),
    ("right", "chevron-right"),
)


def stylesheet(theme: Theme) -> str:
    """The whole window's style for one theme."""
    tokens: dict[str, str] = {name: getattr(theme, name) for name in theme.__slots__}
    # A style sheet cannot tint a picture, so these exist once per theme.
    for name, file in _PICTURES:
        tokens[name] = resource_path(f"icons/{file}-on-{theme.name}.svg").as_posix()
    return _SHEET % tokens
