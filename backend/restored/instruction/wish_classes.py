"""What the readers of a sentence tell apart."""

from typing import Final

from .tasks import TASKS
from .tones import SIGNED

WISHES: Final = (*TASKS, *SIGNED, "inpaint")
FORBIDDEN: Final = tuple(f"not {task}" for task in TASKS)
KINDS: Final = ("off_topic", "add", "general")
"""What a sentence may be instead of a wish."""

SLIGHTLY: Final = tuple(f"{name}<" for name in WISHES)
MUCH: Final = tuple(f"{name}>" for name in WISHES)
"""How much of a wish, where it is one."""

CLASSES: Final = (*WISHES, *FORBIDDEN, *KINDS, *SLIGHTLY, *MUCH)
