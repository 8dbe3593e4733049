"""The docker's choices, remembered in Krita's own configuration."""

from __future__ import annotations

import json
from typing import Any

from krita import Krita

from .restored_client.desk.desk import Desk
from .restored_client.desk.previewstate import BESIDE, SPLIT
from .restored_client.desk.wish import NEW_LAYER, fraction, output_of
from .restored_client.wire.parsing import parse_json

_GROUP = "restore_with_instruction"


class LastValues:
    def read(self, name: str, default: Any) -> Any:
        """The remembered value; the default when there is none of that type."""
        try:
            value = parse_json(Krita.instance().readSetting(_GROUP, name, json.dumps(default)))
        except ValueError:
            return default
        return value if isinstance(value, (int, float)) == isinstance(default, (int, float)) else default

    def write(self, name: str, value: Any) -> None:
        Krita.instance().writeSetting(_GROUP, name, json.dumps(value))

    def keep(self, desk: Desk) -> None:
        """Remember what is chosen there."""
        for name, value in (("strength", desk.strength), ("scale", desk.chosen_scale), ("output", desk.output)):
            self.write(name, value)

    def bring_back(self, desk: Desk) -> None:
        """Choose what was chosen last."""
        desk.strength = fraction(self.read("strength", 1.0), 1.0)
        desk.set_scale(int(self.read("scale", 1)))
        desk.set_output(output_of(self.read("output", NEW_LAYER), desk.outputs))

    @property
    def compare(self) -> str:
        """How before and after are shown: a value of previewstate.COMPARISONS."""
        return BESIDE if self.read("beside", False) else SPLIT
