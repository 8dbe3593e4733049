"""The blocks of InstructIR, with the parameter names of its published state dict."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_EPS = 1e-6


class LayerNorm2d(nn.Module):
    """Normalises every pixel over its channels (biased variance), then scales and shifts each channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, h, w)."""
        variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=0)
        normal = (x - mean) * torch.rsqrt(variance + NORM_EPS)
        return normal * self.weight[:, None, None] + self.bias[:, None, None]


class NAFBlock(nn.Module):
    """Nonlinear-activation-free block (Chen et al., "Simple Baselines for Image Restoration", ECCV 2022, section 4).

    beta and gamma are zero at the start: a new block is the identity.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.conv1 = nn.Conv2d(channels, 2 * channels, 1)
        self.conv2 = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=2 * channels)
        self.conv3 = nn.Conv2d(channels, channels, 1)
        self.sca = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1))
        self.conv4 = nn.Conv2d(channels, 2 * channels, 1)
        self.conv5 = nn.Conv2d(channels, channels, 1)
        self.norm1 = LayerNorm2d(channels)
        self.norm2 = LayerNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, h, w)."""
        inner = simple_gate(self.conv2(self.conv1(self.norm1(x))))
        x = x + self.conv3(inner * self.sca(inner)) * self.beta
        return x + self.conv5(simple_gate(self.conv4(self.norm2(x)))) * self.gamma


class InstructionBlock(nn.Module):
    """Instruction condition block (InstructIR, section 3.3, eq. 1): the text decides which channels pass."""

    def __init__(self, channels: int, text_dim: int) -> None:
        super().__init__()
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.fc = nn.Linear(text_dim, channels)
        self.block = NAFBlock(channels)

    def gate(self, embedding: Tensor) -> Tensor:
        """(N, text_dim) -> (N, C, 1, 1) in (0, 1)."""
        return torch.sigmoid(self.fc(embedding))[:, :, None, None]

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """x: (N, C, h, w); embedding: (N, text_dim)."""
        return self.block((x * self.gamma + self.beta) * self.gate(embedding)) + x


def simple_gate(x: Tensor) -> Tensor:
    """(N, 2C, h, w) -> (N, C, h, w): the two halves multiplied."""
    first, second = x.chunk(2, dim=1)
    return first * second


def pad_to(x: Tensor, multiple: int) -> Tensor:
    """Zeros to the right and below until both sides are multiples."""
    height, width = x.shape[2:]
    return F.pad(x, (0, -width % multiple, 0, -height % multiple))
