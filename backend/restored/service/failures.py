"""Errors of others' libraries as errors of ours, which are sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

from restored.ground.errors import InstallationError, MemoryShort
from restored_client.wire.errors import SENTENCES


@contextmanager
def in_the_tree() -> Iterator[None]:
    """Whatever the engine's libraries raise for want of memory or of files leaves as one of our errors."""
    try:
        yield
    except MemoryError as error:
        raise MemoryShort from error
    except ImportError as error:
        raise InstallationError(f"{SENTENCES['engine_missing']} ({error})") from error
