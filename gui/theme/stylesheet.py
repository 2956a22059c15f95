"""The window's style sheet, made from tokens.

Widgets say what they are by object name (``topBar``) or by the property ``look`` (``accent``, ``quiet``, ``tab``,
``heading``, ``muted``, ``mono``); nothing else in the program writes a style sheet.
"""

from string import Template

from assets.paths import ICONS
from gui.theme.colors import mix
from gui.theme.fonts import HEADING_PX, MONO, WORDS
from gui.theme.tokens import Tokens, tokens_of

CONTROL_PX = 28
TOP_BAR_PX = 44
STATUS_BAR_PX = 24
CARD_PX = (272, 252)

_BASE = """
QMainWindow, QDialog { background: $panel; color: $text; }
QLabel { color: $text; background: transparent; }
QLabel[look="muted"] { color: $muted; }
QLabel[look="faint"] { color: $muted; font-size: 11px; }
QLabel[look="heading"] { font-weight: 600; }
QLabel[look="title"] { font-size: ${heading_px}px; font-weight: 600; }
QLabel[look="mono"] { font-family: "$mono"; font-size: 12px; }
QLabel[look="key"] { font-family: "$words"; font-size: 11px; color: $muted; background: $hover;
    border: 1px solid $hairline; border-radius: 4px; padding: 1px 6px; }
QToolTip { background: $panel; color: $text; border: 1px solid $hairline; padding: 4px 6px; }
QSplitter { background: $panel; }
QSplitter::handle { background: $hairline; }
QSplitter::handle:hover { background: $accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QScrollArea, QAbstractScrollArea { border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
"""

_BUTTONS = """
QPushButton, QToolButton { min-height: ${inner_px}px; padding: 0 10px; border: 1px solid $hairline; border-radius: 7px;
    background: $panel; color: $text; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $node_border; }
QPushButton:pressed, QToolButton:pressed { background: $hairline; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; outline: 2px solid $accent_soft; }
QPushButton:disabled, QToolButton:disabled { color: $faint; background: $panel; border-color: $hairline; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton[look="chip"] { padding: 0 4px 0 8px; }
QToolButton[look="transport"] { min-width: ${inner_px}px; padding: 0; }
QToolButton[look="accent"], QPushButton[look="accent"], QPushButton:default { background: $accent; color: $on_accent;
    border-color: $accent; font-weight: 600; padding: 0 14px; }
QToolButton[look="accent"]:hover, QPushButton[look="accent"]:hover, QPushButton:default:hover {
    background: $accent_strong;
    border-color: $accent_strong; }
QToolButton[look="accent"]:focus, QPushButton[look="accent"]:focus, QPushButton:default:focus {
    border: 2px solid $accent_soft; }
QToolButton[look="accent"]:disabled, QPushButton[look="accent"]:disabled { background: $accent_soft;
    border-color: $accent_soft; }
QToolButton[look="brand"] { border: 1px solid transparent; background: transparent; font-size: 14px; font-weight: 600;
    padding: 0 6px; }
QToolButton[look="brand"]:hover { background: $hover; }
QToolButton[look="brand"]:focus { border-color: $accent; }
QToolButton[look="quiet"], QPushButton[look="quiet"] { border: 1px solid transparent; background: transparent;
    color: $muted; padding: 0 6px; }
QToolButton[look="quiet"]:hover, QPushButton[look="quiet"]:hover { color: $text; background: $hover; }
QToolButton[look="quiet"]:focus, QPushButton[look="quiet"]:focus { border-color: $accent; }
QToolButton[look="quiet"]:checked { color: $accent; }
QToolButton[look="segment"] { border: none; border-radius: 5px; background: transparent; color: $muted;
    min-height: ${segment_px}px; padding: 0 8px; }
QToolButton[look="segment"]:hover { color: $text; }
QToolButton[look="segment"]:checked { background: $panel; color: $text; font-weight: 600; }
QToolButton[look="segment"]:focus { outline: none; color: $accent; }
QToolButton[look="wanted"] { border-color: $accent; color: $accent; }
QToolButton[look="bare"] { border: 1px solid transparent; background: transparent; padding: 0 4px; }
QToolButton[look="bare"]:hover { background: $hover; }
QToolButton[look="bare"]:focus { border-color: $accent; }
QToolButton[look="heading"] { border: 1px solid transparent; background: transparent; font-weight: 600;
    padding: 0 2px; }
QToolButton[look="heading"]:hover { background: $hover; }
QToolButton[look="heading"]:focus { border-color: $accent; }
QToolButton[look="status"] { min-height: 18px; border: none; background: transparent; color: $accent; font-size: 11px;
    padding: 0 4px; }
QPushButton[look="link"] { border: 1px solid transparent; background: transparent; color: $accent; padding: 0 2px;
    text-align: left; }
QPushButton[look="link"]:focus { border-color: $accent; }
QPushButton[look="figures"] { border: 1px solid transparent; background: transparent; color: $muted; padding: 0;
    font-family: "$mono"; font-size: 10.5px; text-align: left; min-height: 18px; }
QPushButton[look="figures"]:hover { color: $accent; }
QPushButton[look="figures"]:focus { border-color: $accent; }
QPushButton[look="card"] { text-align: left; padding: 0; border-radius: 11px; background: $panel;
    min-height: ${card_height_px}px; max-height: ${card_height_px}px; min-width: ${card_width_px}px; }
QPushButton[look="card"]:hover { border-color: $accent; }
QPushButton[look="card"]:focus { border: 2px solid $accent; }
"""

_FIELDS = """
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox { min-height: ${inner_px}px; padding: 0 9px; border: 1px solid $hairline;
    border-radius: 7px; background: $panel; color: $text; selection-background-color: $accent;
    selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 1px solid $accent; }
QAbstractSpinBox QLineEdit { min-height: 0; padding: 0 7px; border: none; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0px; border: none; }
QLineEdit:disabled, QComboBox:disabled { color: $faint; }
QLineEdit[look="number"] { border: 1px solid transparent; background: transparent; padding: 0 1px;
    font-family: "$mono"; min-height: 22px; }
QLineEdit[look="number"]:hover { border-color: $hairline; }
QLineEdit[look="number"]:focus { border-color: $accent; background: $panel; }
QPlainTextEdit, QTextEdit { background: $panel; color: $text; selection-background-color: $accent_selection;
    selection-color: $text; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url($field_arrow); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $hairline; color: $text; outline: none;
    selection-background-color: $hover; selection-color: $text; }
QCheckBox, QRadioButton { color: $text; spacing: 7px; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QSlider::groove:horizontal { height: 2px; background: $node_border; border-radius: 1px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 1px; }
QSlider::handle:horizontal { width: 10px; height: 10px; margin: -4px 0; border-radius: 5px; background: $accent; }
QSlider::handle:horizontal:focus { background: $text; }
QSlider[look="thick"]::groove:horizontal { height: 3px; background: $hairline; border-radius: 1px; }
QSlider[look="thick"]::sub-page:horizontal { background: $accent; border-radius: 1px; }
QSlider[look="thick"]::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 6px; }
"""

_LISTS = """
QMenu { background: $panel; color: $text; border: 1px solid $node_border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 26px; border-radius: 5px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $faint; }
QMenu::icon { padding-left: 6px; }
QMenu::separator { height: 1px; background: $hairline; margin: 5px 6px; }
QListView, QTreeView, QTableView { background: $panel; color: $text; border: none; outline: none;
    selection-background-color: $hover; selection-color: $text; }
QListView::item { padding: 4px 6px; border-radius: 5px; }
QListView::item:selected, QListView::item:hover { background: $hover; color: $text; }
QListView#results { border: 1px solid $node_border; border-radius: 7px; padding: 5px; }
QTableView::item { padding: 0 7px; }
QTableView::item:selected { background: $hover; }
QHeaderView { background: $panel; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $hairline;
    padding: 4px 7px; font-weight: normal; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $node_border; border-radius: 3px; margin: 2px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""

_FRAME = """
QWidget#topBar { background: $panel; border-bottom: 1px solid $hairline; }
QWidget#statusBar { background: $window; border-top: 1px solid $hairline; }
QWidget#statusBar QLabel { color: $muted; font-size: 11px; }
QWidget#leftColumn, QWidget#rightColumn, QWidget#bottomArea, QWidget#bottomDrawer { background: $panel; }
QWidget#centre { background: $canvas; }
QWidget#compareBar { background: $panel; border-bottom: 1px solid $hairline; }
QWidget#comparePaneHead { background: $panel; border-bottom: 1px solid $hairline; }
QWidget#trainPage, QWidget#trainPanel, QWidget#trainChart { background: $panel; }
QWidget#trainCanvas { background: $canvas; }
QWidget#segments { background: $hover; border-radius: 7px; }
QWidget#popup { background: $panel; border: 1px solid $node_border; }
QLabel[look="figure"] { font-family: "$mono"; font-size: 20px; }
QLabel[look="error"] { color: $error; }
QWidget#noticeBar { border-bottom: 1px solid $hairline; background: $notice; }
QWidget#noticeBar[level="warning"] { background: $notice_warning; }
QWidget#noticeBar[level="error"] { background: $notice_error; }
QFrame[look="rule"] { background: $hairline; border: none; max-height: 1px; min-height: 1px; }
QWidget#cue { background: $panel; border: 1px solid $hairline; border-radius: 15px; }
QWidget#cue QLabel { color: $muted; }
QWidget#dropZone { background: $drop; border: 2px dashed $accent; border-radius: 11px; }
QLabel#preview { background: $canvas; border: 1px solid $hairline; border-radius: 7px; }
"""


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet of a theme."""
    values = {name: getattr(tokens, name) for name in Tokens.__slots__}
    values |= {
        "node_border": tokens_of(tokens.name).node_border,  # a skin's borders are for boxes alone
        "accent_soft": mix(tokens.panel, tokens.accent, 0.35).name(),
        "accent_selection": mix(tokens.panel, tokens.accent, 0.28).name(),
        "accent_strong": mix(tokens.accent, tokens.text, 0.15).name(),
        "notice": mix(tokens.panel, tokens.accent, 0.08).name(),
        "notice_warning": mix(tokens.panel, tokens.strip_buffer, 0.14).name(),
        "notice_error": mix(tokens.panel, tokens.error, 0.12).name(),
        "drop": mix(tokens.panel, tokens.accent, 0.10).name(),
        "words": WORDS,
        "mono": MONO,
        "field_arrow": (ICONS / "field_arrow.svg").as_posix(),
        "heading_px": HEADING_PX,
        "card_width_px": CARD_PX[0],
        "card_height_px": CARD_PX[1],
        "inner_px": CONTROL_PX - 2,
        "segment_px": CONTROL_PX - 6,
    }
    return Template(_BASE + _BUTTONS + _FIELDS + _LISTS + _FRAME).substitute(values)
