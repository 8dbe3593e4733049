"""What the product makes of the very holes that Instruct-IPT's Table 8 is measured in, to be set beside the diffusion U-Net's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..report.sheets import stack, strip
from .crop_archive import Crops
from .diffusion import TASKS, fill, kept_out, measured_holes
from .diffusion_unet import UNet
from .fills import seam_error, ssim_in
from .judging import LARGE
from .stacked import Stacked

INSIDE: Final = TASKS.index("inpainting")
ROWS: Final = 6
_TIMES: Final = 3

Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A picture (h, w, 3) uint8 and its hole (h, w) bool -> the picture, filled."""


@dataclass(frozen=True, slots=True)
class ProductFills:
    """clean, result: (N, 3, h, w) in [0, 1]; mask: (N, 1, h, w), 1 where hidden; noise: what samples begin with, as clean."""

    names: tuple[str, ...]
    clean: Tensor
    mask: Tensor
    noise: Tensor
    result: Tensor

    def to_dict(self) -> dict[str, Any]:
        """Plain values: which share is hidden, PSNR, SSIM and seam error of each picture."""
        error = ((self.result - self.clean).square() * self.mask).sum((1, 2, 3)) / (3 * self.mask.sum((1, 2, 3)))
        return {
            "command": "restored-train papers fills",
            "pictures": list(self.names),
            "hidden": _rounded(self.mask.mean((1, 2, 3)), 4),
            "psnr": _rounded(-10 * error.clamp_min(1e-10).log10(), 3),
            "ssim": _rounded(ssim_in(self.result, self.clean, self.mask), 4),
            "seam": _rounded(seam_error(self.result, self.clean, self.mask), 5),
        }

    @torch.no_grad()
    def sheet(self, synchronous: Stacked) -> Image.Image:
        """Some of the large holes: hidden, filled by the product, sampled after synchronous training, and the truth."""
        large = torch.nonzero(self.mask.mean((1, 2, 3)) >= LARGE)[:, 0]
        chosen = large[:: max(1, len(large) // ROWS)][:ROWS]
        clean, mask = self.clean[chosen], self.mask[chosen]
        two = {name: value[:2] for name, value in synchronous.items()}
        samples = fill(UNet(), two, INSIDE, clean, mask, self.noise[chosen])
        columns = [clean * (1 - mask) + 0.5 * mask, self.result[chosen], *samples, clean]
        names = ["hidden", "the product", *["a sample", "another seed's"][: len(samples)], "the photograph"]
        rows = [strip([_enlarged(picture) for picture in of], names, 64 * _TIMES) for of in zip(*columns, strict=True)]
        return stack(rows)


def product_fills(crops: Crops, filled: Fill) -> ProductFills:
    """Fill the kept-out crops' central rectangles, of which nothing is left before."""
    clean = kept_out(crops)
    mask, noise = measured_holes(len(clean), INSIDE)
    pictures = []
    for picture, hole in zip(_bytes(clean), mask[:, 0].numpy() > 0, strict=True):
        picture[hole] = 0
        pictures.append(filled(picture, hole))
    result = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    return ProductFills(tuple(crops.names), clean, mask, noise, torch.where(mask > 0, result, clean))


def _bytes(images: Tensor) -> np.ndarray:
    return (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def _enlarged(image: Tensor) -> np.ndarray:
    return _bytes(image[None])[0].repeat(_TIMES, 0).repeat(_TIMES, 1)


def _rounded(values: Tensor, digits: int) -> list[float]:
    return [round(value, digits) for value in values.tolist()]
