"""What the window does and when, as JSON lines in the file that $RESTORED_TRACE names: for tests and for finding slow spots.

`at` are seconds of the clock, `cpu` seconds this process has computed, which tell a slow plug-in from a busy machine.
"""

import json
import os
import time

_PATH = os.environ.get("RESTORED_TRACE")


def note(event, **facts):
    if _PATH:
        line = {"event": event, "at": time.monotonic(), "cpu": time.process_time(), **facts}
        with open(_PATH, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def tracing():
    """Whether somebody reads what is noted."""
    return bool(_PATH)
