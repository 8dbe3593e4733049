"""What the window does and when, as JSON lines in the file that $RESTORED_TRACE names: for tests and for finding slow spots."""

import json
import os
import time

_PATH = os.environ.get("RESTORED_TRACE")


def note(event, **facts):
    if _PATH:
        with open(_PATH, "a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, "at": time.monotonic(), **facts}, ensure_ascii=False) + "\n")
