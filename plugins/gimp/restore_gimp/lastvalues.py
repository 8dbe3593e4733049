"""What GIMP remembers of a procedure's arguments: the values that its window begins with the next time, and that Ctrl+F takes."""

import json


def option(config, name, default=None):
    """An argument of the procedure, or the default when it has none of this name."""
    return config.get_property(name) if config.find_property(name) is not None else default


def remember(config, wish, edited):
    """Have GIMP remember a wish. edited: its plan is not what the words alone would be understood as."""
    plan = json.dumps({**wish.plan, "text": wish.instruction}) if edited and wish.plan is not None else ""
    for name, value in {**wish.recall(), "plan": plan}.items():
        if value is not None and option(config, name) is not None:
            config.set_property(name, value)
