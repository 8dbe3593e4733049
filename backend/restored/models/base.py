"""The one interface of every model: condition once per job, then a tile at a time. Light: torch is not imported here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from restored.ground.errors import ModelError
from restored.ground.tasks import Task
from restored.instruction.plan import Plan

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from .restorer import Restorer


@dataclass(frozen=True, slots=True)
class Window:
    """Where a tile lies in its layer, as fractions of the layer's width and height (0 = left / top edge, 1 = right / bottom).

    A tile that reaches beyond the layer (padding) has values below 0 or above 1.
    """

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Window(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Request:
    """What a job gives a model before the first pixel. The engine gives arrays; torch's runtime makes tensors of them.

    plan: the steps; `plan.strengths(model.tasks)` is what most models need.
    embedding: (256,) float32, L2-normalised instruction embedding, or None when only a plan is known.
    context: (1, 3, h, w) float32 in [0, 1], the whole layer at most 256 px wide or high, sRGB-encoded.
    """

    plan: Plan
    embedding: "np.ndarray | Tensor | None"
    context: "np.ndarray | Tensor"


@dataclass(frozen=True, slots=True)
class Graph:
    """A conditioned model as a graph for one tile shape, for runtimes that compile graphs.

    key: equal keys mean equal graphs (within one bundle). build: makes the graph, an `openvino.Model` whose inputs are named
    "tile", "guess" where guided, and as `fixed` and `of_tile` name theirs; its only output is the restored tile. fixed: inputs
    that are the same for every tile of the job; of_tile: those that depend on the tile's place.
    """

    key: Hashable
    build: Callable[[], Any]
    fixed: "Mapping[str, np.ndarray]" = field(default_factory=dict)
    of_tile: "Callable[[Window], Mapping[str, np.ndarray]]" = lambda window: {}


class Conditioned(ABC):
    """A model made ready for one job: everything that does not depend on the tile is done."""

    @abstractmethod
    def forward(self, tile: "Tensor", window: Window, guess: "Tensor | None" = None) -> "Tensor":
        """Restore one tile.

        tile: (1, planes, h, w) float32 in [0, 1], sRGB-encoded, h and w multiples of the model's `stride`. guess: (1, 3, h, w),
        what the model added to the reduced picture, enlarged; only given after a run at one of `Model.reductions`.
        Returns (1, 3, h, w) float32, not clamped: the restored tile (the engine forms the residual).
        """

    def survey(self, crops: "Sequence[Tensor]") -> None:  # noqa: B027 - most models pool over nothing
        """See pieces of the whole picture before the first tile, for models whose layers pool over all of it.

        crops: (1, 3, h, w) each, one shape, in [0, 1], spread over the picture; called once, only when `Model.survey`
        is not 0. Statistics shared by all tiles are what makes the tiles of such a model agree.
        """

    def graph(self, shape: tuple[int, int], *, guided: bool) -> Graph:
        """The same as a graph for tiles of height x width; guided: a guess comes with each. Only where `Model.has_graph`."""
        raise ModelError("This model has no graph form.")


class Model(ABC):
    """What the engine needs to know of a model, and the one verb it calls on it."""

    family: ClassVar[str]
    stride: int
    """Tile sides must be multiples of this."""
    halo: int
    """Pixels of surroundings, each side, after which a tile's inside no longer depends on what lies beyond."""
    tasks: tuple[Task, ...] | None = None
    """The tasks that the tensors were made for, in their order; None for models whose tensors know no tasks."""
    composite: bool = True
    """True when one conditioned pass does several tasks; else the engine runs one pass per step, in the tasks' order."""
    reads_text: ClassVar[bool] = False
    """True when `condition` needs the instruction's embedding, not only its plan."""
    has_graph: ClassVar[bool] = False
    """True when conditioned models have a `graph`."""
    edge: ClassVar[Literal["mirror", "zero"]] = "mirror"
    """What a tile shows beyond the picture's own edges: its reflection, or zeros as in training."""
    planes: ClassVar[int] = 3
    """Planes of a tile: the picture's three, and where the holes are for models that fill them."""
    survey: ClassVar[int] = 0
    """Pixels of the picture that `Conditioned.survey` is to see when the picture takes more than one tile; 0 for none."""
    working_bytes: ClassVar[int] = 600
    """Bytes of working memory per tile pixel in float32, measured: what the engine plans tiles with."""

    def overlap(self, plan: Plan) -> int:
        """Pixels of surroundings, each side, that the engine gives a tile: the halo, or less where a family's trained weights
        were measured to agree within 1/255 with less."""
        return self.halo

    def reductions(self, plan: Plan) -> tuple[int, ...]:
        """Factors by which the picture is to be reduced, coarsest first, for runs before the one on the picture itself (see
        `restored.models.coarse`)."""
        return ()

    @abstractmethod
    def condition(self, request: Request) -> Conditioned:
        """Do once per job what the instruction and the whole picture decide."""

    @abstractmethod
    def as_network(self) -> "Restorer":
        """The network in torch, float32, in evaluation mode, the same at every call: what runtimes without graphs run."""
