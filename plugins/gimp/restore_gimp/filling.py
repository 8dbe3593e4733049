"""What the window is filled with: what was asked for last, a preset, the recipe of a result, or all of its settings."""

from typing import Any

from . import recipes


class Filling:
    """Puts settings, maps as in restored_client.desk.history, into the field and the desk, and has their text understood."""

    field: Any  # the InstructionField, from when it is there

    def __init__(self, desk):
        self._desk = desk

    def put(self, settings):
        """Of a preset or a recipe: where the result goes and its size stay as they were chosen."""
        self.take({name: value for name, value in settings.items() if name not in ("output", "scale")})

    def put_last(self, config):
        """What was asked for last, as GIMP keeps it."""
        plan = recipes.stored_plan(config)
        settings = {"instruction": config.get_property("instruction"), "strength": self._desk.strength}
        self.put({**settings, "plan": plan} if plan else settings)

    def choose(self, settings):
        """The same for what a person chose, who goes on typing."""
        self.put(settings)
        self.field.view.grab_focus()

    def all_settings(self):
        """All that can be chosen in the window."""
        desk = self._desk
        return {**desk.settings(), "texture": desk.texture, "quality": desk.quality, "scale": desk.scale, "output": desk.output}

    def take(self, settings):
        """Settings as `all_settings` gives them, or fewer."""
        self.field.put(str(settings.get("instruction") or ""))
        self._desk.use(settings)
