"""Dialogs in which no button is the one to press."""

from PySide6.QtWidgets import QDialog, QPushButton


def plain_buttons(dialog: QDialog) -> None:
    """Let no button of a dialog be its default: it only closes."""
    for button in dialog.findChildren(QPushButton):
        button.setAutoDefault(False)
        button.setDefault(False)
