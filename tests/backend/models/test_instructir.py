"""InstructIR against its published keys, and its numbers against a plain numpy reading of the paper."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction.plan import Plan
from restored.models.base import WHOLE, ModelError, Request
from restored.models.instructir import CompiledInstructIR, InstructIR

SHARED = Path(os.environ.get("RESTORED_SHARED") or Path(__file__).resolve().parents[4] / "shared")
KEYS = SHARED / "facts" / "instructir-state-dict.txt"


def _small() -> InstructIR:
    """A small network in which every parameter matters: also those that are zero or one at the start."""
    torch.manual_seed(3)
    net = InstructIR(width=4, encoder=(1, 2), middle=1, decoder=(2, 1), text_dim=6).eval()
    for parameter in net.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    return net.requires_grad_(False)


NET = _small()
TEXT = torch.nn.functional.normalize(torch.randn(6, generator=torch.Generator().manual_seed(0)), dim=0)


def _compiled(net: InstructIR = NET) -> CompiledInstructIR:
    return net.condition(Request(Plan.of("denoise"), TEXT, torch.zeros(1, 3, 8, 8)))


def _image(height: int, width: int) -> torch.Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(height * 99 + width))


def test_every_key_and_shape_is_the_published_one() -> None:
    if not KEYS.exists():
        assert not os.environ.get("CI"), f"{KEYS} is missing"
        pytest.skip(f"{KEYS} is not here")
    wanted = [tuple(line.split("\t")[:2]) for line in KEYS.read_text().splitlines()]
    state = InstructIR().state_dict()
    assert [(name, str(tuple(value.shape))) for name, value in state.items()] == wanted
    assert len(wanted) == 696
    assert sum(value.numel() for value in state.values()) == 15_843_363


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 21), st.integers(1, 21))
def test_the_numbers_are_the_papers_at_any_size(height: int, width: int) -> None:
    image = _image(height, width)
    wanted = _reference({name: value.numpy() for name, value in NET.state_dict().items()}, image[0].numpy(), TEXT.numpy())
    assert np.allclose(NET(image, TEXT[None])[0].numpy(), wanted, atol=2e-4, rtol=1e-4)


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_compiling_the_instruction_changes_no_number(height: int, width: int) -> None:
    image = _image(height, width)
    assert torch.allclose(_compiled().forward(image, WHOLE), NET(image, TEXT[None]), atol=2e-4, rtol=1e-4)


def test_the_paper_configuration_compiles_exactly_too() -> None:
    torch.manual_seed(0)
    net = InstructIR().eval()
    for name, parameter in net.named_parameters():
        if name.endswith(("beta", "gamma")):
            parameter.data.uniform_(-0.5, 0.5)
    text = torch.nn.functional.normalize(torch.randn(256), dim=0)
    image = _image(50, 35)
    compiled = net.condition(Request(Plan.of("denoise"), text, image))
    with torch.no_grad():
        assert (compiled.forward(image, WHOLE) - net(image, text[None])).abs().max() < 1e-4


def test_batches_are_independent_and_text_decides() -> None:
    images = torch.cat([_image(12, 12), _image(12, 12).flip(2)])
    texts = torch.stack([TEXT, -TEXT])
    both = NET(images, texts)
    assert torch.allclose(both[:1], NET(images[:1], texts[:1]), atol=1e-3)
    assert not torch.allclose(both[1:], NET(images[1:], texts[:1]), atol=1e-2)


def test_a_new_network_is_the_identity_but_for_its_ends() -> None:
    image = _image(16, 16)
    net = InstructIR()
    torch.nn.init.zeros_(net.ending.weight)
    torch.nn.init.zeros_(net.ending.bias)  # type: ignore[arg-type]
    assert torch.equal(net(image, torch.zeros(1, 256)), image)


def test_a_survey_of_the_whole_makes_tiles_equal_to_it() -> None:
    image = _image(32, 80)
    shared, alone = _compiled(), _compiled()
    shared.survey([image])
    whole = alone.forward(image, WHOLE)
    assert torch.allclose(shared.forward(image, WHOLE), whole, atol=1e-3)
    kept = (..., slice(0, 32))  # further than this network reaches from where the tile was cut
    assert torch.allclose(shared.forward(image[..., :64], WHOLE)[kept], whole[kept], atol=1e-3)
    assert not torch.allclose(alone.forward(image[..., :64], WHOLE)[kept], whole[kept], atol=1e-2)


def test_a_survey_of_pieces_pools_over_all_of_them() -> None:
    bright, dark = _image(16, 16), 0.1 * _image(16, 16)
    both, swapped, one = _compiled(), _compiled(), _compiled()
    both.survey([bright, dark])
    swapped.survey([dark, bright])
    one.survey([bright])
    assert torch.allclose(both.forward(dark, WHOLE), swapped.forward(dark, WHOLE), atol=1e-3)
    assert not torch.allclose(both.forward(dark, WHOLE), one.forward(dark, WHOLE), atol=1e-2)


def test_without_words_it_says_so() -> None:
    with pytest.raises(ModelError, match="in words"):
        NET.condition(Request(Plan.of("denoise"), None, torch.zeros(1, 3, 8, 8)))


State = dict[str, np.ndarray]


def _reference(state: State, image: np.ndarray, text: np.ndarray) -> np.ndarray:
    """The network spelt out: loops over pixels' neighbourhoods and no library layers. image: (3, H, W)."""
    height, width = image.shape[1:]
    levels = 2
    pad = -(-height // 4) * 4, -(-width // 4) * 4
    x0 = np.zeros((3, *pad), np.float64)
    x0[:, :height, :width] = image
    x = _conv(x0, state["intro.weight"], state["intro.bias"], pad=1)
    skips = []
    for level, blocks in enumerate((1, 2)):
        for index in range(blocks):
            x = _naf(state, f"encoders.{level}.{index}.", x)
        x = _icb(state, f"enc_cond.{level}.", x, text)
        skips.append(x)
        x = _conv(x, state[f"downs.{level}.weight"], state[f"downs.{level}.bias"], stride=2)
    x = _naf(state, "middle_blks.0.", x)
    for level, blocks in enumerate((2, 1)):
        wide = _conv(x, state[f"ups.{level}.0.weight"], None)
        channels, rows, columns = wide.shape
        x = np.zeros((channels // 4, 2 * rows, 2 * columns))
        for channel in range(channels):
            x[channel // 4, (channel % 4) // 2 :: 2, channel % 2 :: 2] = wide[channel]
        x = x + skips[levels - 1 - level]
        for index in range(blocks):
            x = _naf(state, f"decoders.{level}.{index}.", x)
        x = _icb(state, f"dec_cond.{level}.", x, text)
    out = x0 + _conv(x, state["ending.weight"], state["ending.bias"], pad=1)
    return out[:, :height, :width]


def _icb(state: State, prefix: str, x: np.ndarray, text: np.ndarray) -> np.ndarray:
    gate = 1 / (1 + np.exp(-(state[prefix + "fc.weight"] @ text + state[prefix + "fc.bias"])))
    f = (x * state[prefix + "gamma"][0] + state[prefix + "beta"][0]) * gate[:, None, None]
    return _naf(state, prefix + "block.", f) + x


def _naf(state: State, prefix: str, x: np.ndarray) -> np.ndarray:
    s = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    y = _conv(_norm(x, s["norm1.weight"], s["norm1.bias"]), s["conv1.weight"], s["conv1.bias"])
    y = np.stack([_conv(y[c : c + 1], s["conv2.weight"][c : c + 1], s["conv2.bias"][c : c + 1], pad=1)[0] for c in range(len(y))])
    y = y[: len(y) // 2] * y[len(y) // 2 :]
    attention = s["sca.1.weight"][:, :, 0, 0] @ y.mean((1, 2)) + s["sca.1.bias"]
    y = _conv(y * attention[:, None, None], s["conv3.weight"], s["conv3.bias"])
    x = x + y * s["beta"][0]
    y = _conv(_norm(x, s["norm2.weight"], s["norm2.bias"]), s["conv4.weight"], s["conv4.bias"])
    y = _conv(y[: len(y) // 2] * y[len(y) // 2 :], s["conv5.weight"], s["conv5.bias"])
    return x + y * s["gamma"][0]


def _norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    centred = x - x.mean(0)
    return centred / np.sqrt((centred**2).mean(0) + 1e-6) * weight[:, None, None] + bias[:, None, None]


def _conv(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, *, pad: int = 0, stride: int = 1) -> np.ndarray:
    kernel = weight.shape[-1]
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    rows, columns = (x.shape[1] - kernel) // stride + 1, (x.shape[2] - kernel) // stride + 1
    out = np.zeros((len(weight), rows, columns)) + (0 if bias is None else bias[:, None, None])
    for row in range(kernel):
        for column in range(kernel):
            piece = x[:, row : row + rows * stride : stride, column : column + columns * stride : stride]
            out += np.tensordot(weight[:, :, row, column], piece, axes=1)
    return out
