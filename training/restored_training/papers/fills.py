"""How well a hole was filled: structure, seam, and distance between distributions of features."""

import torch
import torch.nn.functional as F
from torch import Tensor

_WINDOW = 7


def ssim_in(result: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean SSIM (7 x 7 windows, Wang et al. 2004) over the unknown pixels: (N, 3, h, w), (N, 1, h, w) -> (N,)."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(x, (_WINDOW // 2,) * 4, mode="reflect"), _WINDOW, stride=1)

    a, b = mean(result), mean(target)
    variance_a, variance_b = mean(result**2) - a**2, mean(target**2) - b**2
    covariance = mean(result * target) - a * b
    c1, c2 = 0.01**2, 0.03**2
    quality = ((2 * a * b + c1) * (2 * covariance + c2)) / ((a**2 + b**2 + c1) * (variance_a + variance_b + c2))
    return (quality * mask).sum((1, 2, 3)) / (3 * mask.sum((1, 2, 3)))


def seam_error(result: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute error of the steps between neighbours of which one is known and the other is not: (N,)."""
    total, count = torch.zeros(len(result), device=result.device), torch.zeros(len(result), device=result.device)
    for axis in (2, 3):
        edge = mask.diff(dim=axis).abs()
        total += ((result.diff(dim=axis) - target.diff(dim=axis)).abs().mean(1, keepdim=True) * edge).sum((1, 2, 3))
        count += edge.sum((1, 2, 3))
    return total / count.clamp_min(1)


def distances(features: Tensor, true: Tensor) -> tuple[float, float]:
    """Fréchet distance (Heusel et al. 2018, eq. 6) and kernel distance (cubic, unbiased: Binkowski et al. 2018) between two sets
    of feature vectors, (N, C) each, whose rows belong together: a filled picture and its original. The features are our own
    U-Net's, so the numbers are no FID or KID."""
    a, b = features.double().cpu(), true.double().cpu()
    mean = (a.mean(0) - b.mean(0)).square().sum()
    first, second = torch.cov(a.T), torch.cov(b.T)
    root = _root(first)
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp_min(0).sqrt().sum()
    frechet = mean + first.trace() + second.trace() - 2 * cross
    return float(frechet), float(_kernel_distance(a, b))


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp_min(0).sqrt()) @ vectors.T


def _kernel_distance(a: Tensor, b: Tensor) -> Tensor:
    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x @ y.T / x.shape[1] + 1) ** 3

    def others(values: Tensor) -> Tensor:
        # a picture and its own original share what was known: such pairs would make any two sets look closer than they are
        return (values.sum() - values.trace()) / (len(values) * (len(values) - 1))

    return others(kernel(a, a)) + others(kernel(b, b)) - 2 * others(kernel(a, b))
