"""Every model family: where its network is, and how a bundle's hyperparameters become one. Add a family here."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from .base import ModelError, Restorer

Hyperparameters = Mapping[str, Any]


def build(family: str, architecture: Hyperparameters) -> Restorer:
    """A network with fresh weights. Raises ModelError for an unknown family or hyperparameters it does not have."""
    if family not in FAMILIES:
        raise ModelError(f"Models of the family “{family}” are not known here. Known: {', '.join(FAMILIES)}.")
    try:
        return FAMILIES[family](architecture)
    except (TypeError, ValueError) as wrong:
        raise ModelError(f"The hyperparameters of this “{family}” model are not valid: {wrong}") from wrong


def _swift(architecture: Hyperparameters) -> Restorer:
    from .swift import Swift, SwiftConfig

    return Swift(SwiftConfig(**architecture))


def _instructir(architecture: Hyperparameters) -> Restorer:
    from .instructir import InstructIR

    return InstructIR(**architecture)


def _instruct_ipt(architecture: Hyperparameters) -> Restorer:
    from .instruct_ipt import InstructIPT, InstructIPTConfig

    return InstructIPT(InstructIPTConfig(**architecture))


FAMILIES: Final[dict[str, Callable[[Hyperparameters], Restorer]]] = {
    "swift": _swift,
    "instructir": _instructir,
    "instruct_ipt": _instruct_ipt,
}
