"""What the docker is filled with: a preset, an earlier instruction, or the recipe of the result that is active."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .field import InstructionEdit
from .recipes import Origin
from .restored_client.desk.desk import Desk
from .restored_client.desk.wish import is_of_a_result


class Filling:
    """Puts settings, maps as in restored_client.desk.history, into the field and the desk, and has their text understood."""

    def __init__(self, edit: InstructionEdit, desk: Desk) -> None:
        self._edit, self._desk = edit, desk
        self.carried_out = ""
        """The words that were restored last."""

    def choose(self, settings: Dict[str, Any]) -> None:
        """What a person chose, who goes on typing."""
        self.put(settings)
        self._edit.setFocus()

    def put(self, settings: Dict[str, Any]) -> None:
        self._edit.blockSignals(True)
        self._edit.setPlainText(str(settings.get("instruction") or ""))
        self._edit.blockSignals(False)
        text = self._edit.toPlainText()  # Qt makes line ends of its own
        self._desk.use({**settings, "instruction": text})

    def turned(self, origin: Optional[Origin]) -> None:
        """Another layer is active. A result brings its own words, unless others are there that were never carried out."""
        text = self._edit.toPlainText()
        free = not text.strip() or text == self.carried_out
        if origin is None or not free:
            return
        recipe = {name: value for name, value in origin.recipe.items() if name not in ("scale", "output")}
        if text == recipe.get("instruction"):
            if is_of_a_result(recipe.get("plan")):
                self._desk.use(recipe)  # it was carried out: it is not said of what came of it once more
        elif not self._edit.hasFocus():
            self.put(recipe)
            self.carried_out = self._edit.toPlainText()
