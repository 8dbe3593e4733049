"""One tree of errors under one public base. Every message is a sentence for a photographer; `code` names the kind on the wire."""

from restored_client.wire.errors import SENTENCES, Cancelled, RestoredError

__all__ = [
    "Cancelled",
    "EngineError",
    "FileError",
    "InstallationError",
    "MemoryShort",
    "ModelError",
    "PixelError",
    "PlanError",
    "RestoredError",
]


class EngineError(RestoredError, RuntimeError):
    """A job that cannot be done as asked; the message says why and, where there is one, the way out."""

    code = "engine_failed"


class MemoryShort(EngineError):
    """There was not enough memory, although it was planned for."""

    code = "out_of_memory"

    def __init__(self, sentence: str = SENTENCES["out_of_memory"]) -> None:
        super().__init__(sentence)


class PixelError(RestoredError, ValueError):
    """Pixels, a mask or a context frame of a kind the engine does not know; or an order outside its limits."""

    code = "bad_picture"


class PlanError(RestoredError, ValueError):
    """A plan that cannot be followed."""

    code = "bad_plan"


class ModelError(RestoredError, ValueError):
    """A model or bundle that cannot be used."""

    code = "model"


class InstallationError(RestoredError, RuntimeError):
    """Something that belongs to the program is missing or damaged."""

    code = "engine_missing"


class FileError(RestoredError, ValueError):
    """A file that cannot be read or written as asked."""

    code = "bad_picture"
