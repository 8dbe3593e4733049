"""Other colour spaces: the engine sees sRGB, the file keeps its own, and what was not changed stays exact."""

import struct
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from restored.io import PictureError, from_srgb, profiles, to_srgb

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ADOBE = bytes(imagecodecs.cms_profile("adobergb"))
GRAY = bytes(imagecodecs.cms_profile("gray", gamma=2.2))


def ramp(depth: str) -> np.ndarray:
    values = np.linspace(0, 1, 16 * 16 * 3).reshape(16, 16, 3)
    values[..., 1] = values[::-1, :, 1]
    return values.astype(depth) if depth.startswith("f") else np.rint(values * np.iinfo(depth).max).astype(depth)


@pytest.mark.parametrize("profile", [None, SRGB, bytes(imagecodecs.cms_profile("srgb"))])
def test_srgb_goes_through_untouched(profile: bytes | None) -> None:
    pixels = ramp("uint16")
    assert to_srgb(pixels, profile) is pixels
    assert from_srgb(pixels, pixels, profile) is pixels


def test_gray_keeps_its_values() -> None:
    pixels = ramp("uint8")[..., :1]
    assert to_srgb(pixels, GRAY) is pixels


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_linear_gray_is_seen_as_it_looks_and_comes_home(depth: str, channels: int) -> None:
    linear = bytes(imagecodecs.cms_profile("gray", gamma=1.0))
    pixels = np.repeat(ramp(depth)[..., :1], channels, axis=2)
    seen = to_srgb(pixels, linear)
    top = 1.0 if depth.startswith("f") else np.iinfo(depth).max
    x = pixels[..., 0].astype(float) / top
    expected = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)
    inside = (x >= 0) & (x <= 1)
    np.testing.assert_allclose(seen[..., 0][inside], expected[inside], atol=0.01)
    np.testing.assert_array_equal(from_srgb(seen, pixels, linear), pixels)
    darker = seen.copy()
    darker[..., 0] *= 0.9
    assert (from_srgb(darker, pixels, linear)[..., 0][inside] <= pixels[..., 0][inside]).all()


def test_a_profile_of_another_kind_is_ignored() -> None:
    pixels = ramp("uint8")
    for profile in (GRAY, b"not a profile at all"):
        assert to_srgb(pixels, profile) is pixels


def test_the_engine_sees_what_littlecms_shows() -> None:
    """Against Pillow's own 8-bit conversion, which clips to what sRGB holds."""
    pixels = (ramp("uint8") // 3 + 80).astype(np.uint8)
    ours = to_srgb(pixels, ADOBE)
    theirs = ImageCms.profileToProfile(Image.fromarray(pixels), BytesIO(ADOBE), BytesIO(SRGB))
    assert theirs is not None
    np.testing.assert_allclose(ours.clip(0, 1) * 255, np.asarray(theirs, np.float32), atol=1.01)


def test_wide_gamut_is_not_clipped() -> None:
    green = np.array([[[10, 200, 30]]], np.uint8)
    assert to_srgb(green, ADOBE)[0, 0, 0] < 0


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float16", "float32"])
def test_what_did_not_change_keeps_its_bytes(depth: str) -> None:
    pixels = ramp(depth)
    sent = to_srgb(pixels, ADOBE)
    restored = sent.copy()
    restored[4:8] = np.clip(restored[4:8] + 0.1, 0, 1)
    back = from_srgb(restored, pixels, ADOBE)
    assert back.dtype == pixels.dtype
    assert from_srgb(restored, pixels, ADOBE, sent).tobytes() == back.tobytes()
    same = np.r_[0:4, 8:16]
    assert back[same].tobytes() == pixels[same].tobytes()
    inside = (restored[4:8] > 0.1).all(axis=-1)  # near black one step of 8 bits is many of the other curve's
    assert inside.sum() > 10
    assert np.abs(to_srgb(back, ADOBE)[4:8] - restored[4:8])[inside].max() < 2 / 255


def test_alpha_and_pixels_that_are_not_numbers_are_kept() -> None:
    pixels = np.concatenate([ramp("float32"), np.full((16, 16, 1), 0.3, np.float32)], axis=2)
    pixels[0, 0, 0], pixels[0, 1, 1] = np.nan, np.inf
    sent = to_srgb(pixels, ADOBE)
    np.testing.assert_array_equal(sent[..., 3], pixels[..., 3])
    restored = sent.copy()
    restored[2:, :, :3] *= 0.9
    back = from_srgb(restored, pixels, ADOBE)
    assert back[:2].tobytes() == pixels[:2].tobytes()
    np.testing.assert_array_equal(back[..., 3], pixels[..., 3])


def test_an_enlargement_comes_home_too() -> None:
    pixels = ramp("uint8")
    larger = np.repeat(np.repeat(to_srgb(pixels, ADOBE), 2, 0), 2, 1)
    back = from_srgb(larger, pixels, ADOBE)
    assert back.dtype == np.uint8
    np.testing.assert_allclose(back[::2, ::2].astype(int), pixels, atol=1)


def test_a_profile_that_breaks_later_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise imagecodecs.CmsError("cmsDoTransform", "no")

    assert to_srgb(ramp("uint8"), ADOBE).dtype == np.float32
    monkeypatch.setattr(imagecodecs, "cms_transform", broken)
    monkeypatch.setattr("restored.io.colour.matrix_of", lambda icc: None)  # as of a profile with tables
    with pytest.raises(PictureError, match="colour profile"):
        to_srgb(ramp("uint8"), ADOBE)


def test_gray_brighter_than_white_comes_home() -> None:
    linear = bytes(imagecodecs.cms_profile("gray", gamma=1.0))
    pixels = np.linspace(0, 4, 64, dtype=np.float32).reshape(8, 8, 1)
    sent = to_srgb(pixels, linear)
    assert sent.max() > 1.5, "nothing is clipped"
    restored = sent * np.float32(0.999)
    np.testing.assert_allclose(to_srgb(from_srgb(restored, pixels, linear), linear), restored, atol=1e-5)


def test_a_profile_that_we_make_does_not_tell_the_second_it_was_made_in() -> None:
    """Else a picture whose profile is made of its numbers came back as another file each time."""
    made = [profiles.srgb(), profiles.srgb_gray(), profiles.adobe_rgb(), profiles.from_gamma(1 / 1.8, None)]
    for icc in [*made, profiles.gray_from_gamma(1.0), profiles.from_cicp(9, 8)]:
        assert icc is not None
        assert struct.unpack(">6H", icc[24:36]) == (2000, 1, 1, 0, 0, 0)
        assert ImageCms.getProfileName(BytesIO(icc)), "it is still read"
