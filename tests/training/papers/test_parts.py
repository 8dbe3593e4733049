"""The archive, the damage, the optimiser, the measures and the statistics of the papers' experiments."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.models.instruct_ipt import preset
from restored_training.papers import diffusion, fills
from restored_training.papers.arms import PlainArm
from restored_training.papers.crop_archive import Crops, liveliest
from restored_training.papers.diffusion_unet import UNet
from restored_training.papers.member_measures import energies, similarities
from restored_training.papers.optimizer import StackedOptimizer, orthogonal
from restored_training.papers.sentence_vectors import SentenceVectors
from restored_training.papers.stacked import stack
from restored_training.papers.statistics import Difference, difference, verdict
from restored_training.papers.textarm import TextArm
from restored_training.papers.toy_pairs import KERNEL, damaged, kept_out_pairs, kernels, patches


@given(seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_crops_come_back_to_the_byte(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = np.random.default_rng(seed)
    train, test = rng.integers(0, 256, (2, 9, 7, 3), dtype=np.uint8), rng.integers(0, 256, (1, 5, 5, 3), dtype=np.uint8)
    path = tmp_path_factory.mktemp("crops") / "c.npz"
    Crops(train, test, ("é",)).save(path)
    again = Crops.load(path)
    assert np.array_equal(again.train, train)
    assert np.array_equal(again.test, test)
    assert again.names == ("é",)


def test_crops_to_be_carried_away_keep_the_kept_out_ones_to_the_byte(crops: Crops, tmp_path) -> None:
    crops.save(tmp_path / "c.npz", 90)
    again = Crops.load(tmp_path / "c.npz")
    assert np.array_equal(again.test, crops.test)
    assert again.names == crops.names
    assert again.about() == {"train": len(crops.train), "stored": "as JPEG of quality 90", "test": len(crops.test)}
    assert 0 < np.abs(again.train.astype(float) - crops.train).mean() < 4


def test_the_liveliest_places_do_not_overlap() -> None:
    image = np.zeros((64, 96, 3), np.uint8)
    image[40:60, 70:90] = np.random.default_rng(0).integers(0, 256, (20, 20, 3))
    first, second = liveliest(image, 32, 2)
    assert first.std() > second.std()
    assert len(liveliest(image, 32, 99)) <= 6
    assert liveliest(image, 128, 1) == []


def test_sentences_come_back(words: SentenceVectors, tmp_path) -> None:
    words.save(tmp_path / "w.npz")
    again = SentenceVectors.load(tmp_path / "w.npz")
    assert np.allclose(again.train["derain"], words.train["derain"], atol=1e-3)
    assert set(again.test["deblur"]) == {"precise", "ambiguous"}


def test_damage_is_what_it_says(crops: Crops) -> None:
    generator = torch.Generator().manual_seed(0)
    clean = patches(torch.from_numpy(crops.train), 16, generator)
    assert clean.shape == (16, 3, 72, 72)
    noisy, target = damaged("denoise", clean * 0.2 + 0.4, generator, sigma=25)
    assert abs(float((noisy - target).std()) * 255 - 25) < 1
    blurred, sharp = damaged("deblur", clean, generator)
    assert blurred.shape == sharp.shape == (16, 3, 64, 64)
    assert float(blurred.diff(dim=3).abs().mean()) < float(sharp.diff(dim=3).abs().mean()) + 0.01
    kernel = kernels(50, generator)
    assert kernel.shape == (50, KERNEL, KERNEL)
    assert torch.allclose(kernel.sum((1, 2)), torch.ones(50))
    again = kept_out_pairs(crops.test, "deblur", "cpu")
    assert all(torch.equal(a, b) for a, b in zip(again, kept_out_pairs(crops.test, "deblur", "cpu"), strict=True))


def test_updates_are_orthogonal_for_every_member() -> None:
    found = orthogonal(torch.randn(5, 12, 4))
    values = torch.linalg.svdvals(found)
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_the_optimiser_goes_downhill_for_every_member_and_a_rate_of_zero_stands_still() -> None:
    torch.manual_seed(0)
    target = torch.randn(3, 6, 4)
    tensors = {"a.matrix": torch.zeros(3, 6, 4), "b": torch.ones(3, 2)}
    optimizer = StackedOptimizer(tensors, {"a.matrix": (6, 4)})
    before = float((tensors["a.matrix"] - target).square().sum())
    for _ in range(30):
        optimizer.step({"a.matrix": tensors["a.matrix"] - target, "b": tensors["b"]})
    assert float((tensors["a.matrix"] - target).square().sum()) < before
    assert float(tensors["b"].max()) < 1
    optimizer.rate.zero_()
    kept = tensors["b"].clone()
    optimizer.step({"a.matrix": tensors["a.matrix"], "b": tensors["b"]})
    assert torch.equal(tensors["b"], kept)


def test_a_clear_difference_is_sure_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(30, 3, (3, 60))
    clear = difference(base + 0.3 + rng.normal(0, 0.05, base.shape), base)
    assert clear.low > 0.2
    assert clear.agreed
    noise = difference(base + rng.normal(0, 0.3, base.shape), base)
    assert noise.low < 0 < noise.high


def test_seeds_that_disagree_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    worse = rng.normal(30, 3, (3, 200))
    gap = np.array([0.5, 0.4, -0.3])[:, None] + rng.normal(0, 0.01, (3, 200))
    found = difference(worse + gap, worse)
    assert not found.agreed
    assert found.low < 0


def test_verdicts_follow_the_criterion() -> None:
    sure = Difference(0.2, 0.1, 0.3, (0.2, 0.2))
    assert verdict(sure, None) == "supported"
    assert verdict(sure, Difference(0.1, -0.1, 0.3, (0.1, 0.1))) == "supported"
    assert verdict(sure, Difference(-0.1, -0.2, 0.1, (-0.1, -0.1))) == "not supported", "the sign flips with the length"
    assert verdict(Difference(0.2, 0.1, 0.3, (0.5, -0.1)), None) == "not supported"
    assert verdict(Difference(0.0, -0.2, 0.2, (0.1, -0.1)), None) == "not testable at this scale"
    assert verdict(Difference(-0.2, -0.3, -0.1, (-0.2, -0.2)), None) == "not supported"


def test_similarity_and_energy_read_the_change() -> None:
    config = preset("toy", tasks=())
    arm = PlainArm("plain", "", config)
    before = stack([arm.init(0), arm.init(1)], "cpu")
    torch.manual_seed(0)
    before = {key: value + 0.1 * torch.randn_like(value) for key, value in before.items()}
    after = {key: value.clone() for key, value in before.items()}
    name = "layers.down0.weight"
    after[name] = after[name] + (torch.randn(2, 32, 1) @ torch.randn(2, 1, 64)).view_as(after[name])
    found = similarities(config, before, after)
    assert found["resampling"][0] < 0.99
    assert found["embedder"] == [1.0, 1.0]
    row = next(row for row in energies(config, before, after, rank=4, proportion=0.2) if row["layer"] == "down0")
    assert row["ranks"] == {"constant": 4, "proportional": 6}
    assert row["constant"] == pytest.approx([1.0, 1.0], abs=1e-3), "a change of rank one is held whole"


def test_the_text_arm_is_instructir() -> None:
    from restored.models.instructir import InstructIR

    arm = TextArm(7)
    torch.manual_seed(0)
    member = {key: value + 0.1 * torch.randn_like(value) for key, value in arm.init(0).items()}
    model = InstructIR(width=16, encoder=(1, 1, 1, 2), middle=1, decoder=(1, 1, 1, 1), text_dim=64)
    model.load_state_dict({key: value for key, value in member.items() if not key.startswith("head.")})
    image, embedding = torch.rand(2, 3, 32, 48), torch.nn.functional.normalize(torch.randn(2, 64), dim=1)
    with torch.no_grad():
        assert torch.allclose(arm.restore(member, image, embedding), model(image, embedding), atol=1e-3, rtol=1e-3)
        quiet = arm.read(member, torch.randn(2, 384), torch.zeros(()))[0]
    assert torch.allclose(quiet[0], quiet[1]), "a member without text hears the same, whatever is said"


def test_the_unet_s_biases_are_zero_at_the_start_and_each_task_has_its_own() -> None:
    net = UNet(widths=(8, 12, 16), time=16)
    member = {**net.init(0), **net.factors(0, 2, 2)}
    torch.manual_seed(0)
    for key in member:
        if key.endswith(("_two.weight", "output.weight")):
            member[key] = torch.randn_like(member[key]) * 0.1
    weights = net.per_task(member)
    assert "embed.weight" not in weights
    assert all(torch.equal(value[0], member[key]) for key, value in weights.items())
    member["own.output.up"][1] += 1
    again = net.per_task(member)["output.weight"]
    assert torch.equal(again[0], member["output.weight"])
    assert not torch.equal(again[1], member["output.weight"])
    x, mask = torch.rand(2, 3, 16, 16), torch.zeros(2, 1, 16, 16)
    assert net.velocity(member, x, x, mask, torch.rand(2)).shape == x.shape


def test_masks_are_rectangles_of_20_to_80_percent() -> None:
    for seed in range(5):
        mask = diffusion.rectangles(8, "inpainting", torch.Generator().manual_seed(seed))
        share = mask.mean((1, 2, 3))
        assert float(share.min()) > 0.02
        assert float(share.max()) < 0.7
        outside = diffusion.rectangles(8, "outpainting", torch.Generator().manual_seed(seed))
        assert torch.equal(outside, 1 - mask)
    some = diffusion.scattered(64, torch.Generator().manual_seed(0))
    assert 0.2 < float(some.mean()) < 0.8


def test_measures_of_fills() -> None:
    torch.manual_seed(0)
    target, mask = torch.rand(3, 3, 16, 16), torch.zeros(3, 1, 16, 16)
    mask[..., 4:12, 4:12] = 1
    assert torch.allclose(fills.ssim_in(target, target, mask), torch.ones(3), atol=1e-5)
    assert torch.equal(fills.seam_error(target, target, mask), torch.zeros(3))
    worse = torch.where(mask > 0, torch.rand_like(target), target)
    assert (fills.ssim_in(worse, target, mask) < 0.9).all()
    assert (fills.seam_error(worse, target, mask) > 0).all()
    features = torch.randn(40, 4)
    frechet, kernel = fills.distances(features, features)
    assert abs(frechet) < 1e-6
    assert kernel == pytest.approx(0, abs=1e-9), "a picture and its own original are no evidence"
    far, farther = fills.distances(features + 1, features)
    assert far == pytest.approx(4.0, abs=1e-3), "equal spread: the squared distance of the means"
    assert farther > kernel
