"""The docker's choices, remembered in Krita's own configuration."""

from __future__ import annotations

import json
from typing import Any

from krita import Krita

_GROUP = "restore_with_instruction"


class Settings:
    def read(self, name: str, default: Any) -> Any:
        """The remembered value; the default when there is none of that type."""
        try:
            value = json.loads(Krita.instance().readSetting(_GROUP, name, json.dumps(default)))
        except ValueError:
            return default
        return value if isinstance(value, (int, float)) == isinstance(default, (int, float)) else default

    def write(self, name: str, value: Any) -> None:
        Krita.instance().writeSetting(_GROUP, name, json.dumps(value))
