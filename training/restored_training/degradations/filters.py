"""Batched filtering with one kernel per sample."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def fast_size(n: int) -> int:
    """The smallest size >= n whose only prime factors are 2, 3 and 5 (what FFTs are quick at)."""
    while True:
        m = n
        for p in (2, 3, 5):
            while m % p == 0:
                m //= p
        if m == 1:
            return n
        n += 1


def pad_reflect(image: Tensor, r: int) -> Tensor:
    """Mirror the border; where the picture is too small for that, repeat its edge."""
    mode = "reflect" if min(image.shape[-2:]) > r else "replicate"
    return F.pad(image, (r, r, r, r), mode=mode)


def convolve_padded(padded: Tensor, kernels: Tensor) -> Tensor:
    """Valid convolution by FFT: (N, C, H + k - 1, W + k - 1) with (N, C or 1, k, k) -> (N, C, H, W)."""
    hp, wp = padded.shape[-2:]
    k = kernels.shape[-1]
    size = (fast_size(hp), fast_size(wp))
    spectrum = torch.fft.rfft2(padded, s=size) * torch.fft.rfft2(kernels, s=size)
    return torch.fft.irfft2(spectrum, s=size)[..., k - 1 : hp, k - 1 : wp]


def convolve(image: Tensor, kernels: Tensor) -> Tensor:
    """Same-size convolution, mirrored borders: (N, C, H, W) with one odd kernel per sample (N, k, k)."""
    return convolve_padded(pad_reflect(image, kernels.shape[-1] // 2), kernels[:, None])


def sum_of_convolutions(padded: Tensor, kernels: Tensor) -> Tensor:
    """(N, L, H + k - 1, W + k - 1) and (N, L, k, k) -> (N, 1, H, W): the layers are added before the one inverse FFT."""
    hp, wp = padded.shape[-2:]
    k = kernels.shape[-1]
    size = (fast_size(hp), fast_size(wp))
    spectrum = (torch.fft.rfft2(padded, s=size) * torch.fft.rfft2(kernels, s=size)).sum(1, keepdim=True)
    return torch.fft.irfft2(spectrum, s=size)[..., k - 1 : hp, k - 1 : wp]


def gaussian_blur(image: Tensor, sigma: Tensor, radius: int = 6) -> Tensor:
    """Separable Gaussian with one sigma (pixels) per sample, cut at `radius`; sigma near 0 leaves the picture as it is."""
    n, c, h, w = image.shape
    offsets = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
    kernel = torch.exp(-0.5 * (offsets / sigma.clamp_min(1e-3)[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(c, 0)
    x = pad_reflect(image, radius).reshape(1, n * c, h + 2 * radius, w + 2 * radius)
    x = F.conv2d(x, kernel[:, None, None, :], groups=n * c)
    x = F.conv2d(x, kernel[:, None, :, None], groups=n * c)
    return x.reshape(n, c, h, w)


def magnified(field: Tensor, factor: Tensor) -> Tensor:
    """The middle of a field enlarged to its whole size, bilinear: (N, C, H, W), factors (N,) of 1 or more -> (N, C, H, W)."""
    n, _, h, w = field.shape
    middle = torch.eye(2, 3, device=field.device).expand(n, 2, 3) / factor[:, None, None]
    grid = F.affine_grid(middle, [n, 1, h, w], align_corners=False)
    return F.grid_sample(field, grid, mode="bilinear", padding_mode="border", align_corners=False)


def line_kernels(angle: Tensor, length: Tensor, width: Tensor, size: int) -> Tensor:
    """Soft straight lines with peak 1: (...,) angles (radians from vertical), lengths, widths (pixels) -> (..., size, size)."""
    r = torch.arange(size, device=angle.device, dtype=torch.float32) - size // 2
    y, x = torch.meshgrid(r, r, indexing="ij")
    sin, cos = torch.sin(angle)[..., None, None], torch.cos(angle)[..., None, None]
    along = x * sin + y * cos
    across = x * cos - y * sin
    half = length[..., None, None] / 2
    profile = torch.exp(-0.5 * (across / (width[..., None, None] / 2.355)) ** 2)
    return profile * torch.sigmoid((half - along.abs()) * 6 / half.clamp_min(3))


def blob_kernels(angle: Tensor, length: Tensor, width: Tensor, size: int) -> Tensor:
    """Rounded blobs with peak 1 and a soft rim: (...,) angles (radians from vertical), lengths, widths -> (..., size, size)."""
    r = torch.arange(size, device=angle.device, dtype=torch.float32) - size // 2
    y, x = torch.meshgrid(r, r, indexing="ij")
    sin, cos = torch.sin(angle)[..., None, None], torch.cos(angle)[..., None, None]
    along, across = (x * sin + y * cos) * 2 / length[..., None, None], (x * cos - y * sin) * 2 / width[..., None, None]
    return torch.exp(-0.7 * (along**2 + across**2) ** 1.5)


def path_kernels(x: Tensor, y: Tensor, weights: Tensor, size: int) -> Tensor:
    """What a point leaves that is seen at places along a path, sum 1.

    x, y: (N, P) in pixels from the centre, cut at the kernel's edge; weights: (N, P), how long it is at each.
    Returns (N, size, size); between pixels a place is shared by its four neighbours.
    """
    column, row = (x + size // 2).clamp(0, size - 1.001), (y + size // 2).clamp(0, size - 1.001)
    left, top = column.floor(), row.floor()
    flat = torch.zeros(x.shape[0], size * size, device=x.device)
    for down in (0, 1):
        for right in (0, 1):
            share = (1 - (column - left - right).abs()) * (1 - (row - top - down).abs())
            flat.scatter_add_(1, ((top + down) * size + left + right).long(), share * weights)
    return (flat / flat.sum(1, keepdim=True)).view(-1, size, size)


def disc_kernels(radius: Tensor, size: int) -> Tensor:
    """Discs with a soft edge of about a pixel, sum 1: (N,) radii in pixels -> (N, size, size)."""
    r = torch.arange(size, device=radius.device, dtype=torch.float32) - size // 2
    distance = torch.sqrt(r[:, None] ** 2 + r[None, :] ** 2)
    disc = (radius[:, None, None] + 0.5 - distance).clamp(0, 1)
    return disc / disc.sum((1, 2), keepdim=True)


def gaussian_kernels(sigma_x: Tensor, sigma_y: Tensor, angle: Tensor, size: int) -> Tensor:
    """Rotated Gaussians, sum 1: (N,) standard deviations in pixels -> (N, size, size)."""
    r = torch.arange(size, device=angle.device, dtype=torch.float32) - size // 2
    y, x = torch.meshgrid(r, r, indexing="ij")
    sin, cos = torch.sin(angle)[:, None, None], torch.cos(angle)[:, None, None]
    u, v = x * cos + y * sin, y * cos - x * sin
    kernel = torch.exp(-0.5 * ((u / sigma_x[:, None, None]) ** 2 + (v / sigma_y[:, None, None]) ** 2))
    return kernel / kernel.sum((1, 2), keepdim=True)


def rms_radius(kernels: Tensor) -> Tensor:
    """Each kernel's standard deviation per axis, in pixels: (N, k, k), sum 1 -> (N,)."""
    k = kernels.shape[-1]
    r = torch.arange(k, device=kernels.device, dtype=torch.float32)
    px, py = kernels.sum(1), kernels.sum(2)
    var = (px * r**2).sum(1) - (px * r).sum(1) ** 2 + (py * r**2).sum(1) - (py * r).sum(1) ** 2
    return torch.sqrt(var.clamp_min(0) / 2)


def radius_for(sigma: float) -> int:
    """How far a Gaussian must reach to hold 99 % of its weight."""
    return max(1, math.ceil(2.6 * sigma))
