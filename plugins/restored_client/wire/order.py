"""What can be asked, and what comes back: each defined here once, for the wire, the service, the command and the Python API.

A new wish of the user is one field of `Asked`, and the one handler in `restored.service`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Dict, Final, List, Mapping, NamedTuple, Optional, Tuple

from . import checks
from .checks import Check
from .limits import QUALITIES, SCALES
from .pixels import Pixels

LAYER: Final = "layer"
MASK: Final = "mask"
CONTEXT: Final = "context"
ROLES: Final = (LAYER, MASK, CONTEXT)
"""The fields of an Order that travel as raw frames, in the order in which they do."""


class Field(NamedTuple):
    """How a field of Asked is checked, the sentence for a value that it cannot have, and whether a recipe says it: whether it is
    needed to do the same again."""

    check: Check
    sentence: str
    again: bool = False


def _field(default: Any, check: Check, sentence: str, again: bool = False) -> Any:
    return field(default=default, metadata={Field: Field(check, sentence, again)})


@dataclass(frozen=True)
class Asked:
    """Everything that can be asked of a picture, whichever picture it is.

    instruction: words, or plan: a plan's dict that was edited (then the instruction only colours the recipe). strength: how much
    of everything, in [0, 1]. texture: how much of what was taken away stays where it is fine and gray, such as grain. scale: how
    many times as large. place: where the layer lies in the whole picture (left, top, right, bottom as shares), when it is a part
    of it. profile: the ICC profile that the layer's values are in, and the result's will be; None is sRGB. model: an installed
    model's name; None is the default. device: one of DEVICES. quality: one of QUALITIES;
    None is the first. find: fill what seems to be scratched or dusty, where the plan wants
    that and no mask shows it. keep: let `adjust` work on the result. previews: finished pieces
    are wanted on the way.
    """

    instruction: Optional[str] = _field(None, checks.text, "The instruction must be text.", again=True)
    plan: Optional[Mapping[str, Any]] = _field(None, checks.mapping, "The plan must be a map with “steps”.", again=True)
    strength: float = _field(1.0, checks.fraction, "The strength must lie between 0 and 1.", again=True)
    texture: float = _field(0.0, checks.fraction, "How much of the fine structure stays must lie between 0 and 1.", again=True)
    scale: int = _field(1, checks.scale, "A picture can be enlarged by {}.".format(" or ".join(map(str, SCALES[1:]))), again=True)
    place: Optional[Tuple[float, float, float, float]] = _field(
        None, checks.place, "The place of the layer must be left, top, right and bottom, as shares of the whole picture."
    )
    profile: Optional[bytes] = _field(
        None, checks.profile, "The colour profile cannot be used. Convert the picture to sRGB first."
    )
    model: Optional[str] = _field(None, checks.text, "A model is chosen by its name.", again=True)
    device: Optional[str] = _field(None, checks.text, "A device is chosen by its name.")
    quality: Optional[str] = _field(None, checks.quality, "The quality is {}.".format(" or ".join(QUALITIES)), again=True)
    find: bool = _field(False, checks.flag, "Whether scratches are looked for must be true or false.", again=True)
    keep: bool = _field(False, checks.flag, "Whether a result is kept must be true or false.")
    previews: bool = _field(False, checks.flag, "Whether previews are wanted must be true or false.")

    def asked(self) -> Dict[str, Any]:
        """The fields that say something, by their names on the wire."""
        found = {name: getattr(self, name) for name in FIELDS}
        if isinstance(self.plan, Mapping):
            found["plan"] = dict(self.plan)
        return {name: value for name, value in found.items() if value is not None and value is not False}

    def problem(self) -> str:
        """A sentence about the first field whose value it cannot have, or an empty string."""
        for name, value in self.asked().items():
            if not FIELDS[name].check(value):
                return FIELDS[name].sentence
        return ""


FIELDS: Final[Dict[str, Field]] = {each.name: each.metadata[Field] for each in fields(Asked)}
"""What Asked says of its fields, by their names on the wire."""

AGAIN: Final = tuple(name for name, each in FIELDS.items() if each.again)
"""What a recipe, a preset and the last wish say: all that is needed to do the same to another picture."""


@dataclass(frozen=True)
class Order(Asked):
    """What is asked of one picture, with its pixels; perhaps a mask (one channel, as large as the layer) and a context frame
    (the whole picture, at most CONTEXT_SIDE wide or high)."""

    layer: Optional[Pixels] = None
    mask: Optional[Pixels] = None
    context: Optional[Pixels] = None

    @classmethod
    def of(cls, asked: Asked, layer: Pixels, mask: Optional[Pixels] = None, context: Optional[Pixels] = None) -> Order:
        """The same wish for one picture."""
        said = {each.name: getattr(asked, each.name) for each in fields(Asked)}
        return cls(**said, layer=layer, mask=mask, context=context)

    @property
    def pixels(self) -> Pixels:
        """The layer, of an order that was checked."""
        assert self.layer is not None
        return self.layer

    def frames(self) -> List[Tuple[str, Pixels]]:
        """Role and pixels of everything that travels as a frame."""
        found = [(role, getattr(self, role)) for role in ROLES]
        return [(role, content) for role, content in found if content is not None]

    def problem(self) -> str:
        if self.instruction is None and self.plan is None:
            return "Say what to do: an instruction or a plan."
        if self.layer is None:
            return "There is no picture to work on."
        if self.mask is not None and (self.mask.width, self.mask.height) != (self.layer.width, self.layer.height):
            return "The mask must be as large as the layer."
        return super().problem()


@dataclass(frozen=True)
class Answered:
    """Everything that comes back, however its pixels are held. When nothing changed, `pixels` is None and `message` says why;
    else `message` says what was done otherwise than asked.

    plan: what was done, as a plan's dict. device: what computed it and why. recipe: all that is needed to do it again. job: the
    name under which the daemon keeps the result, for `adjust`.
    """

    pixels: Any
    plan: Mapping[str, Any]
    message: str = ""
    device: str = ""
    model: str = ""
    seconds: float = 0.0
    recipe: Mapping[str, Any] = field(default_factory=dict)
    job: str = ""

    @property
    def changed(self) -> bool:
        """Whether there is anything to put back."""
        return self.pixels is not None

    def facts(self) -> Dict[str, Any]:
        """What an answer's header says, by the names on the wire."""
        return {name: getattr(self, name) for name in FACTS}


FACTS: Final = tuple(each.name for each in fields(Answered) if each.name != "pixels")
"""What of an answer is said in its header; `answers` says of what kind each is."""


@dataclass(frozen=True)
class Answer(Answered):
    """What comes back of an order. kept: that result itself, inside the process that keeps it."""

    pixels: Optional[Pixels]
    kept: Any = field(default=None, compare=False, repr=False)
