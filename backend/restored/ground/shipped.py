"""Small trained files that are parts of the program itself, beside the code that reads them."""

import hashlib
import json
from pathlib import Path

from .errors import InstallationError


def shipped(file: Path, what: str, error: type[InstallationError]) -> bytes:
    """A file whose sha256 stands in the .json beside it. what it does, for the sentence: "judges pictures". Raises `error` when
    it is missing or damaged."""
    try:
        data = file.read_bytes()
        expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as missing:
        raise error(f"The file that {what} is missing. Please reinstall restored.") from missing
    if hashlib.sha256(data).hexdigest() != expected:
        raise error(f"The file that {what} is damaged. Please reinstall restored.")
    return data
