"""The few verbs of whoever carries out orders: this process, a daemon's engine, later another machine's."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from restored_client.wire.order import Answer, Order
from restored_client.wire.pixels import Pixels

Say = Callable[[str], None]
IsCancelled = Callable[[], bool]


class Keepable(Protocol):
    """What a finished job leaves behind for `adjust`."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory it keeps alive."""
        ...


class Tell(Protocol):
    """Hears how far a job is: a fraction in [0, 1] or None, words for the user, perhaps a finished piece of the result."""

    def __call__(self, fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None: ...


class Service(Protocol):
    """Methods may be called from several threads; failures are RestoredErrors with a sentence and a code."""

    def tasks(self) -> list[dict[str, str]]:
        """Ids and English labels of the tasks that can be chosen. Answers at once, before `load`."""
        ...

    def load(self, say: Say) -> None:
        """Import and open what the first job needs; `say` hears what is being waited for. Called once, before the others."""
        ...

    def device(self) -> str:
        """What computes and why, in one line; known after `load`. Fast."""
        ...

    def opened(self) -> list[str]:
        """Names of the models in memory now. Fast."""
        ...

    def models(self) -> list[dict[str, Any]]:
        """The installed models, the default first."""
        ...

    def explain(self, text: str, context: Pixels | None, previous: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The plan for an instruction, or for what is said of the plan that stands (`previous`)."""
        ...

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Answer:
        """Carry out an order. Raises Cancelled soon after `cancelled` answers True."""
        ...

    def adjust(self, kept: Any, strength: float | None, mask: Pixels | None, texture: float | None = None) -> Answer:
        """The same result with another strength or mask; None leaves it as it was. kept: as the answer had it."""
        ...

    def region(self, region: Mapping[str, Any], order: Order, tell: Tell, cancelled: IsCancelled) -> Pixels:
        """Where a plan's region is in the order's layer: its weights as a mask of u8. Context, place and profile count. The
        place “marks” stands for what seems to be scratched or dusty, which is searched for as long as a restoration takes.
        Raises Cancelled soon after `cancelled` answers True."""
        ...

    def unload(self) -> None:
        """Give back the memory of models."""
        ...
