"""Waiting in tests: for what is meant, and longer than any machine needs, however busy it is."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 180.0
"""Seconds to wait for what takes milliseconds on an idle machine."""


def wait_for(condition: Callable[[], Any], what: str = "") -> Any:
    """The condition's value, once it is true. Raises AssertionError when it never is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what or condition}")
