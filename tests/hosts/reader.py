"""What a screen reader sees of a program, and does with it, through AT-SPI.

Run by the system's own Python, which has the bindings: reader.py APPLICATION, then one of

    tree                JSON: [role, name, description, whether it takes the keyboard, whether it is on show] of each control
    press NAME          press the control of this name
    write NAME TEXT     put TEXT into the field of this name
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi


def application(name):
    desktop = Atspi.get_desktop(0)
    found = [desktop.get_child_at_index(index) for index in range(desktop.get_child_count())]
    return next(each for each in found if each is not None and each.get_name() == name)


def walk(thing):
    yield thing
    for index in range(thing.get_child_count()):
        child = thing.get_child_at_index(index)
        if child is not None:
            yield from walk(child)


def told(thing):
    states = thing.get_state_set()
    on_show = states.contains(Atspi.StateType.SHOWING) and states.contains(Atspi.StateType.VISIBLE)
    return [
        thing.get_role_name(),
        thing.get_name() or "",
        thing.get_description() or "",
        states.contains(Atspi.StateType.FOCUSABLE),
        on_show,
    ]


def named(root, name):
    return next(each for each in walk(root) if each.get_name() == name and each.get_state_set().contains(Atspi.StateType.SHOWING))


# a busy machine answers late: in the time that the caller waits
Atspi.set_timeout(60_000, 60_000)
root, verb, *rest = application(sys.argv[1]), *sys.argv[2:]
if verb == "tree":
    print(json.dumps([told(each) for each in walk(root)]))
elif verb == "press":
    assert named(root, rest[0]).get_action_iface().do_action(0), "the control did nothing"
else:
    assert named(root, rest[0]).get_editable_text_iface().set_text_contents(rest[1]), "the field took nothing"
