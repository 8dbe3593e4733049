"""Every kind of damage: shapes, range, repeatability, and the figures its formula promises."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from restored.instruction.tasks import TASKS, Task
from restored_training.degradations import LayerView, degradation
from restored_training.degradations.blur import trajectory_bank
from restored_training.degradations.filters import convolve, gaussian_blur
from restored_training.degradations.noise import _mosaic, demosaic
from restored_training.degradations.resolution import down_up


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def smooth_picture(n: int = 4, side: int = 64, seed: int = 5) -> Tensor:
    """Something with edges and flat parts, away from black and white."""
    noise = torch.randn(n, 3, side, side, generator=generator(seed))
    field = gaussian_blur(noise, torch.full((n,), 3.0), radius=8) * 3
    return (0.5 + 0.25 * field.tanh()).clamp(0.1, 0.9)


def psnr(a: Tensor, b: Tensor) -> float:
    return float(-10 * torch.log10(((a - b) ** 2).mean()))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("size", [(64, 64), (37, 51)])
def test_shape_range_and_change(task: Task, size: tuple[int, int]) -> None:
    image = smooth_picture(6)[..., : size[0], : size[1]].contiguous()
    before = image.clone()
    kind = degradation(task)
    params = kind.draw(6, generator(), size=size)
    out = kind.render(LayerView.whole(image), params)
    assert out.shape == image.shape
    assert out.dtype == torch.float32
    assert float(out.min()) >= 0
    assert float(out.max()) <= 1
    assert torch.equal(image, before), "the view must not be changed"
    assert psnr(out, image) < 45, "something must have happened"
    assert all(value.shape[0] == 6 for value in params.values())


@pytest.mark.parametrize("task", TASKS)
def test_same_seed_same_damage_and_rendering_repeats(task: Task) -> None:
    kind, view = degradation(task), LayerView.whole(smooth_picture())
    first, again, other = (kind.draw(4, generator(seed), size=(64, 64)) for seed in (3, 3, 4))
    out = kind.render(view, first)
    assert torch.equal(out, kind.render(view, first))
    assert torch.equal(out, kind.render(view, again))
    # super-resolution has only six outcomes per sample, so two seeds may agree there
    assert task == "superres" or not torch.equal(out, kind.render(view, other))


@pytest.mark.parametrize("task", TASKS)
def test_samples_are_independent(task: Task) -> None:
    """A batch of four renders what each sample renders alone, so groups may be cut at will."""
    kind, image = degradation(task), smooth_picture()
    params = kind.draw(4, generator(), size=(64, 64))
    whole = kind.render(LayerView.whole(image), params)
    for i in range(4):
        alone = kind.render(LayerView.whole(image[i : i + 1]), {name: value[i : i + 1] for name, value in params.items()})
        torch.testing.assert_close(alone[0], whole[i], atol=1 / 255 + 1e-5, rtol=0)


@pytest.mark.parametrize("task", ["dehaze", "lowlight", "enhance"])
def test_context_is_damaged_like_the_patch(task: Task) -> None:
    """What depends on the whole picture must look the same from far: reducing the damaged layer is damaging the reduced one."""
    kind, layer = degradation(task), smooth_picture(6, 128)
    params = kind.draw(6, generator(1), size=(128, 128))
    small = torch.nn.functional.avg_pool2d(layer, 4)
    near = torch.nn.functional.avg_pool2d(kind.render(LayerView.whole(layer), params), 4)
    far = kind.render(LayerView.whole(small, zoom=4.0), params)
    assert float((near - far).abs().mean()) < 0.012


@pytest.mark.parametrize("task", ["denoise", "derain", "desnow", "deblur", "dejpeg", "superres"])
def test_fine_damage_averages_out_in_the_context(task: Task) -> None:
    """But for what is cut off at white, which is seen from near alone: streaks of a downpour that are added."""
    kind, layer = degradation(task), smooth_picture(6, 128)
    params = kind.draw(6, generator(1), size=(128, 128))
    near = kind.render(LayerView.whole(layer), params)
    far = kind.render(LayerView.whole(torch.nn.functional.avg_pool2d(layer, 4), zoom=4.0), params)
    whole = (near >= 1).float().mean((1, 2, 3)) < 0.1
    assert int(whole.sum()) >= 4
    assert float((near.mean((2, 3)) - far.mean((2, 3)))[whole].abs().max()) < 0.04


def test_white_noise_has_the_drawn_strength() -> None:
    kind, gray = degradation("denoise"), torch.full((128, 3, 64, 64), 0.5)
    params = kind.draw(128, generator(), size=(64, 64))
    params["quality"][:] = 0
    out = kind.render(LayerView.whole(gray), params)
    plain = (params["kind"] == 0) & (params["sigma"] < 40 / 255)  # beyond that clipping bites
    measured, wanted = out[plain].std((1, 2, 3)), params["sigma"][plain]
    assert int(plain.sum()) > 10
    torch.testing.assert_close(measured, wanted, rtol=0.04, atol=0.0005)
    grays = out[params["kind"] == 1]
    assert len(grays)
    assert torch.equal(grays[:, 0], grays[:, 1])


def test_correlated_noise_is_correlated_and_keeps_its_strength() -> None:
    kind, gray = degradation("denoise"), torch.full((240, 3, 64, 64), 0.5)
    params = kind.draw(240, generator(), size=(64, 64))
    params["eight_bit"][:] = False
    params["quality"][:] = 0
    params["blotch"][:] = 0
    chosen = (params["kind"] == 2) & (params["sigma"] < 20 / 255)
    noise = (kind.render(LayerView.whole(gray), params) - gray)[chosen]
    neighbour = (noise[..., 1:] * noise[..., :-1]).mean((1, 2, 3)) / noise.square().mean((1, 2, 3))
    channels = (noise[:, 0] * noise[:, 1]).mean((1, 2)) / noise.square().mean((1, 2, 3))
    assert 0.3 < float(neighbour.median()) < 0.9
    assert 0.3 < float(channels.median()) < 0.9
    strength = noise.std((1, 2, 3)) / params["sigma"][chosen]
    assert 0.9 < float(strength.median()) < 1.1


def test_blotches_are_chroma() -> None:
    kind, gray = degradation("denoise"), torch.full((60, 3, 64, 64), 0.5)
    params = kind.draw(60, generator(), size=(64, 64))
    for name, value in (("kind", 2), ("sigma", 0.0), ("quality", 0), ("blotch", 4 / 255), ("eight_bit", False)):
        params[name][:] = value
    noise = kind.render(LayerView.whole(gray), params) - gray
    assert float(noise.mean(1).abs().max()) < 1e-5
    assert 0.5 * 4 / 255 < float(noise.std()) < 1.2 * 4 / 255


def test_camera_noise_grows_with_light() -> None:
    kind = degradation("denoise")
    params = kind.draw(200, generator(), size=(32, 32))
    params["eight_bit"][:] = False
    params["quality"][:] = 0
    camera = params["kind"] == 3
    image = torch.full((200, 3, 32, 32), 0.6)
    noise = kind.render(LayerView.whole(image), params) - image
    shot = params["shot"][camera]
    order = torch.argsort(shot)
    strength = noise[camera].std((1, 2, 3))[order]
    half = len(strength) // 2
    assert float(strength[half:].mean()) > 1.5 * float(strength[:half].mean())


def test_demosaicing_keeps_what_is_even() -> None:
    even = torch.rand(3, 3, 1, 1, generator=generator()).expand(3, 3, 16, 16)
    torch.testing.assert_close(demosaic(even * _mosaic(even)), even)


def test_blur_kernels_sum_to_one_and_stay_centred() -> None:
    params = degradation("deblur").draw(40, generator())
    kernel = params["kernel"]
    torch.testing.assert_close(kernel.sum((1, 2)), torch.ones(40), atol=1e-4, rtol=0)
    r = torch.arange(kernel.shape[-1]) - kernel.shape[-1] // 2
    assert float((kernel.sum(1) * r).sum(1).abs().max()) < 1.0
    assert float(trajectory_bank().min()) >= 0


def test_fft_convolution_equals_the_direct_one() -> None:
    image = torch.rand(2, 3, 40, 33, generator=generator())
    kernel = torch.rand(2, 7, 7, generator=generator(1))
    padded = torch.nn.functional.pad(image, (3, 3, 3, 3), mode="reflect")
    direct = torch.stack(
        [torch.nn.functional.conv2d(padded[i][:, None], kernel[i].flip(0, 1)[None, None])[:, 0] for i in range(2)]
    )
    torch.testing.assert_close(convolve(image, kernel), direct, atol=1e-4, rtol=1e-4)


def test_rain_only_lightens_and_covers_what_rain_covers() -> None:
    kind, dark = degradation("derain"), torch.full((200, 3, 96, 96), 0.3)
    params = kind.draw(200, generator())
    params["quality"][:] = 0  # a file's own ringing darkens too
    change = kind.render(LayerView.whole(dark), params) - dark
    assert float(change.min()) >= -1e-6
    touched = (change > 0.03).float().mean((1, 2, 3))
    assert 0.03 < float(touched.median()) < 0.5
    assert 14 < float(torch.median(-10 * torch.log10(change.square().mean((1, 2, 3))))) < 35


def test_haze_follows_koschmieder() -> None:
    kind, view = degradation("dehaze"), LayerView.whole(smooth_picture(150))
    params = kind.draw(150, generator(), size=(64, 64))
    for name in ("grain", "quality", "glow"):
        params[name][:] = 0
    transmission = torch.exp(-params["beta"][:, None, None, None] * kind.depth(view, params))  # type: ignore[attr-defined]
    air = params["air"].clamp(0, 1)[:, :, None, None]
    expected = view.image * transmission + air * (1 - transmission)
    torch.testing.assert_close(kind.render(view, params), expected.clamp(0, 1), atol=0.5 / 255 + 1e-5, rtol=0)
    assert float(transmission.min()) > 0
    nearest = transmission.amax((1, 2, 3))
    assert 0.25 < float((nearest > 0.95).float().mean()) < 0.7, "in many pictures what is near is clear, not in all"


def test_truth_of_other_scenes() -> None:
    """Night, and prints whose colours are gone, have a truth of their own; everything else has the photograph."""
    view = LayerView.whole(smooth_picture(80))
    for task in TASKS:
        kind = degradation(task)
        params = kind.draw(80, generator(), size=(64, 64))
        truth = kind.scene(view, params)
        other = (truth != view.image).flatten(1).any(1)
        expected = {"dehaze": ("night", "sky"), "lowlight": ("night",), "enhance": ("sepia",)}.get(task, ())
        assert torch.equal(other, torch.stack([params[name].bool() for name in expected] or [other & False]).any(0)), task
    sepia = degradation("enhance").scene(view, degradation("enhance").draw(80, generator(), size=(64, 64)))
    assert any(torch.equal(one[0], one[1]) for one in sepia)


def test_a_hazy_sky_stays_what_it_is() -> None:
    """Where the sky has the airlight's colour, haze changes nothing, and the truth is smooth."""
    kind, view = degradation("dehaze"), LayerView.whole(smooth_picture(30))
    params = kind.draw(30, generator(), size=(64, 64))
    for name, value in (
        ("grain", 0),
        ("quality", 0),
        ("glow", 0),
        ("night", False),
        ("sky", 1),
        ("sky_light", 1),
        ("horizon", 0.5),
    ):
        params[name][:] = value
    truth = kind.scene(view, params)
    hazy = kind.render(view.with_image(truth), params)
    assert float((hazy - truth)[..., :16, :].abs().max()) < 0.02
    assert float(truth[..., :16, :].std((2, 3)).max()) < 1e-3


def test_a_black_sky_is_black_in_both() -> None:
    kind, view = degradation("lowlight"), LayerView.whole(smooth_picture(40))
    params = kind.draw(40, generator(), size=(64, 64))
    params["night"][:] = True
    params["outline"][:] = 5
    assert float(kind.scene(view, params).max()) < 0.02
    assert float(kind.render(view.with_image(kind.scene(view, params)), params).mean()) < 0.04


def test_low_light_is_dark() -> None:
    kind, picture = degradation("lowlight"), smooth_picture(100)
    out = kind.render(LayerView.whole(picture), kind.draw(100, generator(), size=(64, 64)))
    level = out.mean((1, 2, 3))
    assert 0.02 < float(level.median()) < 0.15
    assert float(level.max()) < float(picture.mean((1, 2, 3)).min())


def test_super_resolution_input_is_what_the_benchmark_measures() -> None:
    from PIL import Image

    pixels = (smooth_picture(1, 48)[0].permute(1, 2, 0) * 255).byte().numpy()
    small = Image.fromarray(pixels).resize((24, 24), Image.Resampling.BICUBIC)
    wanted = np.asarray(small.resize((48, 48), Image.Resampling.BICUBIC), np.float32)
    got = down_up(torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255, 2)[0].permute(1, 2, 0).numpy() * 255
    # Pillow also rounds between its two passes
    assert np.abs(got - wanted).max() < 3
    assert np.abs(got - wanted).mean() < 0.6


def test_tone_damage_is_a_function_of_the_pixel_unless_the_print_is_old() -> None:
    kind, image = degradation("enhance"), smooth_picture(20)
    params = kind.draw(20, generator(), size=(64, 64))
    same = params["uneven"] == 0
    out, flipped = (kind.render(LayerView.whole(value), params)[same] for value in (image, image.flip(-1)))
    torch.testing.assert_close(flipped.flip(-1), out)
    assert not bool(same.all())


def test_over_exposure_clips() -> None:
    kind, image = degradation("enhance"), smooth_picture(40)
    params = kind.draw(40, generator(), size=(64, 64))
    params["stops"][:] = 2
    params["shoulder"][:] = False
    for name, value in (("lift", 0), ("cast", 0), ("contrast", 1), ("saturation", 1), ("gain", 1), ("gamma", 1)):
        params[name][:] = value
    out = kind.render(LayerView.whole(image), params)
    assert float((out > 0.999).float().mean()) > 0.2
    assert float((out - image).min()) > -1e-4


def test_jpeg_grid_starts_anywhere() -> None:
    """Blocking steps must not always lie on multiples of eight of the patch."""
    kind, ramp = degradation("dejpeg"), torch.linspace(0, 1, 64).expand(32, 3, 64, 64).contiguous()
    params = kind.draw(32, generator(), size=(64, 64))
    params["quality"][:] = 5
    params["chroma_quality"][:] = 5
    params["twice"][:] = False
    steps = (kind.render(LayerView.whole(ramp), params).diff(dim=-1)).abs().mean((1, 2))
    phases = {int(row.reshape(-1)[:56].view(7, 8).mean(0).argmax()) for row in steps}
    assert len(phases) > 3


def test_trajectories_differ() -> None:
    bank = trajectory_bank()
    widths = [float((k > k.max() * 0.05).float().sum()) for k in bank]
    assert math.isclose(float(bank.sum((1, 2)).mean()), 1, abs_tol=1e-4)
    assert max(widths) > 4 * min(widths)
