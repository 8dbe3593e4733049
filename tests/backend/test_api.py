"""The public API: its names are pinned, importing it is light, and arrays and Pillow images come back as they went in."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import restored
from restored.models.bundle import Bundle, write_bundle
from restored.models.swift import Swift, SwiftConfig

EXPORTS = {
    "LABELS", "TASKS", "Bundle", "Cancelled", "EngineError", "FileError", "InstallationError", "MemoryShort", "ModelError",
    "PixelError", "Plan", "PlanError", "Preview", "Residual", "Restoration", "RestoredError", "Step", "Task", "__version__",
    "explain", "list_bundles", "load_bundle", "restore",
}  # fmt: skip
PLAN = restored.Plan.of("denoise")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    config = SwiftConfig(widths=(4, 6), encoder=(1,), middle=1, decoder=(1,), rank=1, context_width=4, grid_channels=2)
    torch.manual_seed(0)
    folder: Path = tmp_path_factory.mktemp("api") / "random"
    network = Swift(config)
    torch.nn.init.normal_(network.get_parameter("convs.out.weight"), std=0.05)  # zero at the start: nothing would change
    return write_bundle(folder, network, config.to_dict(), licence="MIT", training_data="random numbers", version="0")


def test_public_api() -> None:
    assert set(restored.__all__) == EXPORTS
    assert all(hasattr(restored, name) for name in EXPORTS)
    assert set(dir(restored)) >= EXPORTS
    assert restored.__version__[0].isdigit()
    with pytest.raises(AttributeError):
        _ = restored.nothing_of_the_kind  # type: ignore[attr-defined]


def test_importing_it_loads_no_model_library() -> None:
    heavy = "{'torch', 'openvino', 'sentence_transformers', 'transformers', 'PIL', 'scipy'}"
    code = f"import sys, restored, restored.engine, restored.hosts; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_every_error_has_one_public_base_and_a_code() -> None:
    """All that is raised on purpose, wherever it is defined; found by looking at every class, so a new one cannot slip out."""
    import restored_client
    from restored_client.wire.errors import SENTENCES

    for package in (restored, restored_client):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)

    private = {"Gone", "AlreadyRunning", "PackingError", "Taken", "Already", "Lost"}  # never leave their room
    private |= {"LinkLost", "Unreached", "Declined", "Unproven", "Broken"}  # of the studio: the device line has their words
    private |= {"ZmtpError", "ConnectionLost", "AccessRefused", "Silent"}  # of the wire: the session turns them into ClientErrors
    found = [kind for kind in _subclasses(Exception) if kind.__module__.partition(".")[0] in ("restored", "restored_client")]
    stray = [kind for kind in found if not issubclass(kind, restored.RestoredError) and kind.__name__ not in private]
    assert [kind for kind in stray if ".vendor." not in kind.__module__] == []
    assert {kind.code for kind in found if issubclass(kind, restored.RestoredError)} <= set(SENTENCES)


def _subclasses(kind: type) -> set[type]:
    below = set(type.__subclasses__(kind))
    return below.union(*(_subclasses(each) for each in below)) if below else below


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 2), (20, 30, 3), (20, 30, 4)])
def test_arrays_come_back_as_they_went_in(bundle: Bundle, dtype: type, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    image = (rng.random(shape) * (1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max)).astype(dtype)
    result = restored.restore(image, PLAN, model=bundle)
    assert isinstance(result.image, np.ndarray)
    assert result.image.shape == shape
    assert result.image.dtype == dtype
    assert result.changed
    assert result.device
    assert result.plan == PLAN
    large = restored.restore(image, PLAN, model=bundle, scale=2)
    assert large.image.shape == (40, 60, *shape[2:])  # type: ignore[union-attr]


def test_big_endian_arrays_work(bundle: Bundle) -> None:
    image = np.random.default_rng(0).integers(0, 65536, (9, 9, 3)).astype(np.uint16)
    other = np.asarray(restored.restore(image.astype(">u2"), PLAN, model=bundle).image)
    assert np.array_equal(other, np.asarray(restored.restore(image, PLAN, model=bundle).image))


@pytest.mark.parametrize(
    ("mode", "back"),
    [("RGB", "RGB"), ("L", "L"), ("RGBA", "RGBA"), ("LA", "LA"), ("P", "RGB"), ("1", "L"), ("I", "I"), ("F", "F")],
)
def test_pillow_images_come_back_as_pillow_images(bundle: Bundle, mode: str, back: str) -> None:
    array = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    image = Image.fromarray(array).convert({"RGBa": "RGBA", "La": "LA"}.get(mode, mode)).convert(mode)
    image.info["icc_profile"] = b"profile"
    result = restored.restore(image, PLAN, model=bundle).image
    assert isinstance(result, Image.Image)
    assert (result.mode, result.size) == (back, (30, 20))
    assert result.info["icc_profile"] == b"profile"


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_gray_stays_16_bit_gray(bundle: Bundle, order: str) -> None:
    array = np.random.default_rng(0).integers(20_000, 40_000, (20, 30)).astype(np.uint16)
    image = Image.frombytes("I;16" if order == "<" else "I;16B", (30, 20), array.astype(order + "u2").tobytes())
    result = restored.restore(image, PLAN, model=bundle).image
    assert isinstance(result, Image.Image)
    expected = restored.restore(array, PLAN, model=bundle).image
    np.testing.assert_array_equal(np.asarray(result).astype(np.uint16), expected)


def test_a_colour_profile_counts_as_it_does_for_the_command(bundle: Bundle, tmp_path: Path) -> None:
    """What is given to the engine, and what comes back, is the same as for the same picture in a file."""
    import imagecodecs

    from restored.io import Metadata, Picture, received, sent
    from restored.io.given import as_layer

    adobe = bytes(imagecodecs.cms_profile("adobergb"))
    array = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    image = Image.fromarray(array)
    image.info["icc_profile"] = adobe
    layer, back = as_layer(image)
    picture = Picture(array, "png", Metadata(icc=adobe))
    np.testing.assert_array_equal(layer, sent(picture))
    np.testing.assert_array_equal(np.asarray(back(layer * 0.9)), received(layer * 0.9, picture))
    result = restored.restore(image, PLAN, model=bundle, mask=np.zeros((20, 30), np.uint8)).image
    np.testing.assert_array_equal(np.asarray(result), array)


def test_float64_keeps_its_numbers_where_nothing_changes(bundle: Bundle) -> None:
    image = np.random.default_rng(0).random((20, 30, 3))
    mask = np.zeros((20, 30), np.uint8)
    mask[:10] = 255
    result = np.asarray(restored.restore(image, PLAN, model=bundle, mask=mask).image)
    assert (result[:10] != image[:10]).any()
    assert result[10:].tobytes() == image[10:].tobytes()


def test_what_is_no_picture_gets_a_sentence(bundle: Bundle) -> None:
    for wrong in ("photo.png", None, [[1]], np.zeros((4, 4, 3), complex), Image.new("CMYK", (4, 4))):
        with pytest.raises(restored.PixelError, match=r"\.$"):
            restored.restore(wrong, PLAN, model=bundle)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrap", [lambda array: array, Image.fromarray])
def test_nothing_to_do_returns_the_same_object(bundle: Bundle, wrap: Callable) -> None:
    image = wrap(np.zeros((5, 5, 3), np.uint8))
    result = restored.restore(image, restored.Plan(reason="empty", message="Tell me what to do."), model=bundle)
    assert result.image is image
    assert not result.changed
    assert result.plan.message


def test_masks_and_context_may_be_pillow_images_too(bundle: Bundle) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8))
    mask = Image.new("L", (30, 20), 0)
    result = restored.restore(image, PLAN, model=bundle, mask=mask, context=image).image
    assert np.array_equal(np.asarray(result), np.asarray(image))


def test_the_kept_residual_needs_no_inference(bundle: Bundle) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    result = restored.restore(image, PLAN, model=bundle, keep=True)
    assert result.residual is not None
    assert np.array_equal(result.residual.apply(1.0), np.asarray(result.image))
    assert np.array_equal(result.residual.apply(0.0), image)
