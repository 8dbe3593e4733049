"""The pixel cases: what is put into Krita, and what must come out, computed with the engine called directly."""

from dataclasses import dataclass

import numpy as np
from negative import negative

SRGB = "sRGB-elle-V2-srgbtrc.icc"
LINEAR = "sRGB-elle-V2-g10.icc"
GRAY = "Gray-D50-elle-V2-srgbtrc.icc"
ADOBE = "ClayRGB-elle-V2-g22.icc"  # the primaries and the gamma of AdobeRGB
TYPES = {"U8": np.dtype("u1"), "U16": np.dtype("<u2"), "F16": np.dtype("<f2"), "F32": np.dtype("<f4")}


@dataclass(frozen=True)
class Case:
    """A document of one layer, filled with `pixels`: height x width x (RGB or gray, then alpha), at the layer's depth."""

    name: str
    model: str
    depth: str
    profile: str
    output: str = "replace"
    size: tuple[int, int] = (150, 110)
    selection: tuple[int, int, int, int, int] | None = None  # x, y, width, height, feather
    strength: float = 1.0
    scale: int = 1
    alpha: str = "opaque"  # or "soft": a ramp with a fully transparent strip
    beyond: bool = False  # values below 0 and above 1
    group: bool = False
    save: bool = False
    document: tuple[str, str, str] | None = None  # the document's space, when the layer has another
    text: str = "remove the noise"

    @property
    def channels(self) -> int:
        return 4 if self.model == "RGBA" else 2

    @property
    def dtype(self) -> np.dtype:
        return TYPES[self.depth]

    @property
    def encoded(self) -> bool:
        """Whether the layer is sRGB-encoded itself, so that the answer is exact to the bit."""
        return self.profile in (SRGB, GRAY)

    def pixels(self) -> np.ndarray:
        width, height = self.size
        rng = np.random.default_rng(len(self.name))
        values = rng.random((height, width, self.channels))
        if self.beyond:
            values = values * 2.5 - 0.4
        values[..., -1] = 1.0
        if self.alpha == "soft":
            values[..., -1] = np.linspace(0, 1, width)[None, :]
            values[:, :7, -1] = 0.0
        if self.dtype.kind == "f":
            return values.astype(self.dtype)
        return np.rint(values * np.iinfo(self.dtype).max).astype(self.dtype)

    def to_krita(self, pixels: np.ndarray) -> np.ndarray:
        """In Krita's order: blue first where the depth is an integer."""
        if self.channels == 4 and self.dtype.kind != "f":
            return np.ascontiguousarray(pixels[..., [2, 1, 0, 3]])
        return pixels

    def from_krita(self, data: bytes, width: int, height: int) -> np.ndarray:
        return self.to_krita(np.frombuffer(data, self.dtype).reshape(height, width, self.channels))

    def order(self) -> dict:
        """The case as pixel_cases.py reads it."""
        order = {"name": self.name, "space": [self.model, self.depth, self.profile], "size": self.size, "output": self.output}
        order.update(strength=self.strength, scale=self.scale, group=self.group, save=self.save, text=self.text)
        if self.selection:
            order["selection"] = self.selection
        if self.document:
            order["document"] = self.document
        return order


def encode(linear: np.ndarray) -> np.ndarray:
    """sRGB's curve, its straight part continued below 0 as the adapter's colour engine does."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)


def decode(encoded: np.ndarray) -> np.ndarray:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4)


ADOBE_TO_SRGB = np.array([[1.39836, -0.39836, 0.0], [0.0, 1.0, 0.0], [0.0, -0.04293, 1.04293]])
ADOBE_GAMMA = 2.19921875


def expected_floats(case: Case, values: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """The negative of colour values (0..1, no alpha) of a layer that is not sRGB-encoded: there, negated, and back."""
    adobe = case.profile == ADOBE
    light = values**ADOBE_GAMMA @ ADOBE_TO_SRGB.T if adobe else values
    weight = case.strength if mask is None else case.strength * mask[..., None]
    sent = encode(light)
    back = decode(sent + weight * (1 - 2 * sent))
    return np.clip(back @ np.linalg.inv(ADOBE_TO_SRGB).T, 0, 1) ** (1 / ADOBE_GAMMA) if adobe else back


def expected(case: Case, before: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """What the layer must be afterwards, inside the selection at least. mask: height x width, 0..255."""
    weights = None if mask is None else mask / 255
    if case.scale > 1:
        before = before.repeat(case.scale, 0).repeat(case.scale, 1)
    if case.encoded:
        return negative(before, case.strength, weights)
    white = 1.0 if case.dtype.kind == "f" else float(np.iinfo(case.dtype).max)
    out = before.astype(np.float64) / white
    out[..., :-1] = expected_floats(case, out[..., :-1], weights)
    return out * white


SOFT = (40, 30, 60, 50, 9)
CASES = (
    Case("rgb-u8-in-place", "RGBA", "U8", SRGB),
    Case("rgb-u8-new-layer", "RGBA", "U8", SRGB, "new-layer", save=True),
    Case("rgb-u8-soft-alpha", "RGBA", "U8", SRGB, alpha="soft"),
    Case("rgb-u8-half-strength", "RGBA", "U8", SRGB, strength=0.5),
    Case("rgb-u8-no-strength", "RGBA", "U8", SRGB, strength=0.0),
    Case("rgb-u8-one-pixel", "RGBA", "U8", SRGB, "new-layer", size=(1, 1)),
    Case("rgb-u8-hard-selection-in-place", "RGBA", "U8", SRGB, selection=(40, 30, 60, 50, 0), alpha="soft"),
    Case("rgb-u8-soft-selection-in-place", "RGBA", "U8", SRGB, selection=SOFT, alpha="soft"),
    Case("rgb-u8-soft-selection-new-layer", "RGBA", "U8", SRGB, "new-layer", selection=SOFT),
    Case("rgb-u8-selection-over-the-edge", "RGBA", "U8", SRGB, "new-layer", selection=(-20, 90, 60, 60, 5)),
    Case("rgb-u8-group", "RGBA", "U8", SRGB, "new-layer", group=True),
    Case("rgb-u8-twice-the-size", "RGBA", "U8", SRGB, "new-layer", scale=2),
    Case("rgb-u16-in-place", "RGBA", "U16", SRGB, alpha="soft"),
    Case("rgb-u16-soft-selection", "RGBA", "U16", SRGB, selection=SOFT),
    Case("rgb-f16-encoded", "RGBA", "F16", SRGB, beyond=True),
    Case("rgb-f32-encoded-selection", "RGBA", "F32", SRGB, selection=SOFT, beyond=True, alpha="soft"),
    Case("rgb-f16-linear", "RGBA", "F16", LINEAR, "new-layer", beyond=True),
    Case("rgb-f32-linear-hdr", "RGBA", "F32", LINEAR, beyond=True),
    Case("rgb-f32-linear-soft-selection", "RGBA", "F32", LINEAR, selection=SOFT, beyond=True, alpha="soft"),
    Case("rgb-u16-linear-selection", "RGBA", "U16", LINEAR, selection=SOFT),
    Case("rgb-u8-adobe-in-place", "RGBA", "U8", ADOBE, strength=0.25),
    Case("rgb-u16-adobe-selection", "RGBA", "U16", ADOBE, selection=SOFT, strength=0.25),
    Case("rgb-u16-adobe-in-srgb-document", "RGBA", "U16", ADOBE, "new-layer", strength=0.25, document=("RGBA", "U8", SRGB)),
    Case("gray-u8-in-place", "GRAYA", "U8", GRAY, alpha="soft"),
    Case("gray-u16-soft-selection", "GRAYA", "U16", GRAY, "new-layer", selection=SOFT),
    Case("gray-f32-linear", "GRAYA", "F32", "Gray-D50-elle-V2-g10.icc", beyond=True),
)
