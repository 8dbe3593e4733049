"""Presets written into a file of the person's, and read from one: asks where, and says what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

from .qt import QtWidgets
from .restored_client.desk.history import Presets
from .words import tr


def give_out(presets: Presets, parent: Any, warn: Callable[[str], None]) -> None:
    """Write all of them into a file."""
    name, _kind = QtWidgets.QFileDialog.getSaveFileName(parent, tr("Export presets"), "presets.json", "*.json")
    try:
        if name:
            presets.give_out(Path(name))
    except OSError as problem:
        warn(tr("“%s” could not be written: %s") % (Path(name).name, problem.strerror or problem))


def take_in(presets: Presets, parent: Any, warn: Callable[[str], None]) -> None:
    """Add those of a file."""
    name, _kind = QtWidgets.QFileDialog.getOpenFileName(parent, tr("Import presets"), "", "*.json")
    try:
        if name:
            presets.take_in(Path(name))
    except OSError as problem:
        warn(not_kept(problem))
    except ValueError:
        warn(tr("This file holds no presets."))


def not_kept(problem: OSError) -> str:
    """Why the presets could not be written."""
    return tr("The presets could not be kept: %s") % (problem.strerror or problem)
