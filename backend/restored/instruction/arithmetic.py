"""The few operations of small transformers, in numpy: float32 in, float32 out."""

import math
from typing import Final

import numpy as np

LINEAR = tuple[np.ndarray, np.ndarray]
"""(out, in) weight and (out,) bias, as torch stores them."""

# Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: |error| <= 1.5e-7
_P: Final = np.float32(0.3275911)
_A: Final = tuple(np.float32(a) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))


def linear(x: np.ndarray, layer: LINEAR) -> np.ndarray:
    """(..., in) -> (..., out)."""
    weight, bias = layer
    return x @ weight.T + bias


def erf(x: np.ndarray) -> np.ndarray:
    """The error function, within 1.5e-7."""
    size = np.abs(x)
    t = 1 / (1 + _P * size)
    tail = _A[0]
    for factor in _A[1:]:
        tail = tail * t + factor
    return np.copysign(1 - tail * t * np.exp(-size * size), x)


def gelu(x: np.ndarray) -> np.ndarray:
    """x times the standard normal distribution function of x (not the tanh approximation)."""
    return 0.5 * x * (1 + erf(x * np.float32(math.sqrt(0.5))))


def layer_norm(x: np.ndarray, layer: LINEAR, epsilon: float) -> np.ndarray:
    """Zero mean and unit variance along the last axis, then scale and shift."""
    scale, shift = layer
    centred = x - x.mean(-1, keepdims=True)
    variance = np.mean(centred * centred, -1, keepdims=True)
    return centred / np.sqrt(variance + np.float32(epsilon)) * scale + shift


def softmax(x: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Of any logit: what overflows is 0 in the limit, exactly."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def normalised(x: np.ndarray) -> np.ndarray:
    """Unit length along the last axis; zeros stay zeros."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), np.float32(1e-12))
