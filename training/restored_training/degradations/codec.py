"""A JPEG codec on the device: what libjpeg's baseline coder does to pixels, batched, without files.

Only the losses are modelled (colour conversion, chroma subsampling, DCT, quantisation, rounding, and the decoder's triangular
chroma upsampling); entropy coding loses nothing. Against libjpeg at the same quality the pictures differ by rounding alone: see
tests/training/degradations/test_codec.py.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from restored.ground.limits import LUMA_601

BLOCK: Final = 8

# ITU-T T.81, Annex K, Tables K.1 and K.2: the tables that libjpeg scales by its quality.
_LUMA: Final = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA: Final = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
)
# JFIF 1.02, section "Conversion to and from RGB"
_TO_YCC: Final = (LUMA_601, (-0.168735892, -0.331264108, 0.5), (0.5, -0.418687589, -0.081312411))
_TO_RGB: Final = ((1.0, 0.0, 1.402), (1.0, -0.344136286, -0.714136286), (1.0, 1.772, 0.0))


def quantisation(quality: Tensor) -> Tensor:
    """libjpeg's tables for qualities 1..100: (N,) -> (N, 3, 8, 8) for Y, Cb, Cr."""
    quality = quality.float().clamp(1, 100)
    scale = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    base = torch.tensor([_LUMA, _CHROMA, _CHROMA], dtype=torch.float32, device=quality.device)
    return ((base * scale[:, None, None, None] + 50) / 100).floor().clamp(1, 255)


def as_saved(image: Tensor, params: Mapping[str, Tensor]) -> Tensor:
    """Pictures as their cameras saved them: through JPEG where `quality` is not 0, with its row of `half_chroma` and `phase`.

    image: (N, 3, H, W), multiples of 1/255 in [0, 1]; the others come back as they are.
    """
    rows = params["quality"].nonzero().squeeze(1)
    if not len(rows):
        return image
    saved = through_jpeg(image[rows], params["quality"][rows], params["half_chroma"][rows], params["phase"][rows])
    return image.index_copy(0, rows, saved)


def through_jpeg(
    image: Tensor, quality: Tensor, half_chroma: Tensor, phase: Tensor, chroma_quality: Tensor | None = None
) -> Tensor:
    """Pictures after saving as JPEG and reading again.

    image: (N, 3, H, W) in [0, 1]; quality: (N,) 1..100; half_chroma: (N,) bool, 4:2:0 in place of 4:4:4; phase: (N, 2) int64 in
    0..15, where in the picture's grid of 16 the patch begins (down, right); chroma_quality: another quality for Cb and Cr.
    Returns (N, 3, H, W) in [0, 1], multiples of 1/255.
    """
    n, _, height, width = image.shape
    rows, columns = (_places(phase[:, axis], side) for axis, side in ((0, height), (1, width)))
    sample = torch.arange(n, device=image.device)[:, None, None]
    framed = image[sample, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    pixels = (framed.clamp(0, 1) * 255).round() - 128
    ycc = torch.einsum("ij,njhw->nihw", torch.tensor(_TO_YCC, device=image.device), pixels + 128)
    ycc = torch.cat((ycc[:, :1] - 128, ycc[:, 1:]), 1).round()
    tables = quantisation(quality)
    if chroma_quality is not None:
        tables = torch.cat((tables[:, :1], quantisation(chroma_quality)[:, 1:]), 1)
    luma = _coded(ycc[:, :1], tables[:, :1])
    full = _coded(ycc[:, 1:], tables[:, 1:])
    half = _coded(F.avg_pool2d(ycc[:, 1:], 2).round(), tables[:, 1:])
    half = F.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False).round()
    chroma = torch.where(half_chroma[:, None, None, None], half, full)
    decoded = torch.cat((luma + 128, chroma), 1)
    rgb = torch.einsum("ij,njhw->nihw", torch.tensor(_TO_RGB, device=image.device), decoded).round().clamp(0, 255) / 255
    back_rows = torch.arange(height, device=image.device)[None] + phase[:, :1]
    back_columns = torch.arange(width, device=image.device)[None] + phase[:, 1:]
    return rgb[sample, :, back_rows[:, :, None], back_columns[:, None, :]].permute(0, 3, 1, 2)


def _places(phase: Tensor, side: int) -> Tensor:
    """Which pixel lies at each place of a grid that begins `phase` before the patch: (N, M), M a multiple of 16."""
    length = math.ceil((side + 2 * BLOCK - 1) / (2 * BLOCK)) * 2 * BLOCK
    return (torch.arange(length, device=phase.device)[None] - phase[:, None]).clamp(0, side - 1)


def _coded(planes: Tensor, tables: Tensor) -> Tensor:
    """Level-shifted planes (N, C, H, W) through DCT, quantisation by (N, C, 8, 8) and back, rounded to -128..127."""
    n, c, height, width = planes.shape
    dct = _dct(planes.device)
    blocks = planes.view(n, c, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    coefficients = torch.einsum("ui,nchiwj,vj->nchuwv", dct, blocks, dct)
    table = tables[:, :, None, :, None, :]
    quantised = (coefficients / table).round() * table
    back = torch.einsum("ui,nchuwv,vj->nchiwj", dct, quantised, dct)
    return back.reshape(n, c, height, width).round().clamp(-128, 127)


@lru_cache(maxsize=4)
def _dct(device: torch.device) -> Tensor:
    """The orthonormal DCT-II of 8 points (T.81, A.3.3)."""
    k = torch.arange(BLOCK, dtype=torch.float64)
    matrix = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / (2 * BLOCK)) * math.sqrt(2 / BLOCK)
    matrix[0] /= math.sqrt(2)
    return matrix.float().to(device)
