"""What GIMP remembers of a procedure's arguments: the values that its window begins with the next time, and that Ctrl+F takes."""

import json

from restored_client.desk.wish import AS_SAID


def option(config, name, default=None):
    """An argument of the procedure, or the default when it has none of this name."""
    return config.get_property(name) if config.find_property(name) is not None else default


def remember(config, wish, desk):
    """Have GIMP remember a wish of this desk's: its plan where that was edited, and its size unless the words ask for it."""
    plan = json.dumps({**wish.plan, "text": wish.instruction}) if desk.plan.edited and wish.plan is not None else ""
    scale = AS_SAID if desk.says_scale else wish.scale
    for name, value in {**wish.recall(), "plan": plan, "scale": scale}.items():
        if value is not None and option(config, name) is not None:
            config.set_property(name, value)
