"""What can go wrong between pixels and pixels. Every message is a sentence for the person at the host."""


class EngineError(RuntimeError):
    """A job that cannot be done as asked; the message says why and, where there is one, the way out."""


class PixelError(ValueError):
    """Pixels, a mask or a context frame of a kind the engine does not know."""


class Cancelled(Exception):
    """The caller's `cancel()` answered True. Nothing of the job is kept."""

    def __init__(self) -> None:
        super().__init__("Cancelled.")
