"""Addresses as people write them: "192.168.1.20", "studio.lan:47340", "[fd00::1]:47340"."""

from .book import PORT


def split(text: str) -> tuple[str, int]:
    """Host and port; PORT when none is said. Raises ValueError with a sentence."""
    text = text.strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65535)):
        raise ValueError(f"“{text}” is no address. Write HOST or HOST:PORT, such as 192.168.1.20:{PORT}.")
    return host, int(port) if port else PORT
