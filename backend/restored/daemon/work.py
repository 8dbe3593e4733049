"""The seam between the daemon and what it serves: the few verbs an engine has, in the daemon's own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from restored_client.wire.pixels import Pixels

from .shelf import Keepable

Say = Callable[[str], None]
IsCancelled = Callable[[], bool]


class Tell(Protocol):
    """Hears how far a job is: a fraction in [0, 1] or None, words for the user, perhaps a finished piece of the result."""

    def __call__(self, fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Order:
    """A layer and what to do with it; either `instruction` or `plan` is there, or both.

    place: left, top, right and bottom of the layer in the picture that `context` shows, as shares of its width and height.
    """

    layer: Pixels
    instruction: str | None = None
    plan: Mapping[str, Any] | None = None
    strength: float = 1.0
    mask: Pixels | None = None
    scale: int = 1
    place: tuple[float, float, float, float] | None = None
    context: Pixels | None = None
    model: str | None = None
    device: str | None = None
    keep: bool = False
    previews: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an order. `pixels` is None when nothing changed; then `message` says why. `kept` is for `adjust`."""

    pixels: Pixels | None
    plan: Mapping[str, Any]
    message: str = ""
    device: str = ""
    model: str = ""
    seconds: float = 0.0
    recipe: Mapping[str, Any] = field(default_factory=dict)
    kept: Keepable | None = None


class Work(Protocol):
    """An engine as the daemon needs it. Methods run in worker threads; failures are ClientErrors with a sentence."""

    def tasks(self) -> list[dict[str, str]]:
        """Ids and English labels of all tasks. Answers at once, in the server's thread, before `load`."""
        ...

    def load(self, say: Say) -> None:
        """Import and open what the first job needs; `say` hears what is being waited for. Called once, before the others."""
        ...

    def device(self) -> str:
        """What computes and why, in one line; known after `load`. Fast: called in the server's thread."""
        ...

    def opened(self) -> list[str]:
        """Names of the models in memory now. Fast: called in the server's thread."""
        ...

    def models(self) -> list[dict[str, Any]]:
        """The installed models, the default first."""
        ...

    def explain(self, text: str, context: Pixels | None, previous: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The plan for an instruction, or for what is said of the plan that stands (`previous`)."""
        ...

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Done:
        """Carry out an order. Raises Cancelled soon after `cancelled` answers True."""
        ...

    def adjust(self, kept: Any, strength: float | None, mask: Pixels | None) -> Done:
        """The same result with another strength or mask; None leaves it as it was."""
        ...

    def unload(self) -> None:
        """Give back the memory of models."""
        ...
