"""What a screen reader says of choices: on Linux, Qt 5 calls a closed list by what is chosen, and nothing else."""

from __future__ import annotations

from .qt import QtWidgets


def call(choice: QtWidgets.QComboBox, name: str) -> None:
    """Name a list; what is chosen is said first, then this, then its tooltip."""
    choice.setAccessibleName(name)
    choice.setAccessibleDescription(". ".join(filter(None, (name, choice.toolTip()))))
