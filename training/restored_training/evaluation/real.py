"""Real damage: pictures that people have, measured as far as they can be, beside what is free in the same run.

Where there is no truth, what can be seen is measured: how much haze is left (dark channel), whether smooth places got texture
that nobody photographed, how much noise is left in flat places, whether black stays black and gray stays gray.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np
from scipy.ndimage import uniform_filter

from restored.ground.limits import LUMA_601
from restored.instruction.plan import Plan

from . import filling, free, searching
from .instructions import plan_for
from .metrics import crop_to, delta_e, psnr
from .samples import files, read
from .subjects import Subject

TOLERABLE: Final = 0.003
"""Of a clean picture that may be taken for scratches."""

QUARTER: Final = 0.25
"""A picture is clearer when this share of its mean dark channel is gone."""
_SMOOTH, _TEXTURE, _TIMES = 1.5, 6.0, 4.0
"""A place is smooth below the first deviation (of 255, 9 x 9 pixels), and painted above the second and so many times its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: `ours` and `free` in the figure's unit, with `before` for the input where that means something."""

    name: str
    n: int
    figure: str
    before: float | None
    ours: float
    free: float | None
    free_name: str
    higher_is_better: bool = True
    pictures: tuple[tuple[str, float], ...] = ()


def evaluate_real(
    subject: Subject, real: Path, bench: Path, *, tell: Callable[[str], None] = lambda _: None, limit: int | None = None
) -> list[Row]:
    """All rows that the folders have pictures for. real, bench: as shared/data has them. Raises DataError."""
    rows: list[Row] = []
    for make in (_noise_pairs, _flat_noise, _haze, _clean_told_to_dehaze, _night, _exposure, _blur, _scratches):
        for row in make(subject, real, bench, limit):
            figures = f"{row.figure}: {_shown(row.before)} -> {row.ours:.2f}; {row.free_name}: {_shown(row.free)}"
            tell(f"{row.name} (n={row.n}): {figures}")
            rows.append(row)
    return rows


def as_dicts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """For the results file."""
    return [
        {
            "name": row.name,
            "n": row.n,
            "figure": row.figure,
            "input": row.before,
            "ours": row.ours,
            "free": row.free,
            "free_name": row.free_name,
            "higher_is_better": row.higher_is_better,
            "pictures": [list(pair) for pair in row.pictures],
        }
        for row in rows
    ]


def painted(before: np.ndarray, after: np.ndarray) -> float:
    """The share of a picture's smooth places that got texture, in per cent."""
    old, new = deviation(before), deviation(after)
    smooth = old < _SMOOTH
    return 100 * float((smooth & (new > _TEXTURE) & (new > _TIMES * old)).sum()) / max(1, int(smooth.sum()))


def deviation(image: np.ndarray, side: int = 9) -> np.ndarray:
    """The standard deviation of luma around each pixel, (H, W) of 255."""
    luma = image.astype(np.float64) @ np.array(LUMA_601)
    mean = uniform_filter(luma, side)
    return np.sqrt(np.maximum(uniform_filter(luma * luma, side) - mean * mean, 0))


def flat_noise(image: np.ndarray, where: np.ndarray) -> float:
    """Mean deviation of the channels in the places `where`, after each 9 x 9 neighbourhood's mean is taken away."""
    x = image.astype(np.float64)
    rest = x - _averaged(x)
    return float(np.mean([rest[..., channel][where].std() for channel in range(3)]))


def _averaged(image: np.ndarray, side: int = 9) -> np.ndarray:
    """(H, W, C), every channel averaged over squares."""
    return np.stack([uniform_filter(image[..., channel], side) for channel in range(image.shape[2])], -1)


def night_scene(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A night sky of RGB 3, 3, 1 with a sensor's noise over a lit street, (480, 640, 3) uint8, and where the sky is."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:480, :640]
    picture = np.zeros((480, 640, 3))
    picture[:] = (3, 3, 1)
    street = y > 320
    houses = (y > 230 + 40 * ((x // 80) % 3)) & ~street
    picture[street] = np.array([46, 38, 25]) * (0.6 + 0.4 * np.sin(x[street] / 23.0)[:, None] ** 2)
    picture[houses] = (14, 12, 9)
    for column in range(60, 640, 120):
        glow = np.exp(-((x - column) ** 2 + (y - 300) ** 2) / 300.0)
        picture += glow[..., None] * np.array([190, 150, 90])
    sky = (y < 200) & (picture.max(2) < 5)
    noisy = picture + random.normal(0, 1, picture.shape) * (0.8 + 0.05 * np.sqrt(picture + 1))
    return np.clip(noisy.round(), 0, 255).astype(np.uint8), sky


# -- the rows


def _noise_pairs(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    rows = []
    sets = (
        ("Nam, camera noise", real / "noise_Nam" / "noisy", real / "noise_Nam" / "clean"),
        ("PolyU, camera noise", bench / "PolyU100" / "real", bench / "PolyU100" / "mean"),
    )
    for name, noisy, clean in sets:
        if not noisy.is_dir():
            continue
        pairs = [(read(a), read(b), a.stem) for a, b in zip(files(noisy, limit), files(clean, limit), strict=True)]
        pairs = [(crop_to(a, 16), crop_to(b, 16), stem) for a, b, stem in pairs]
        ours = _each(subject, plan_for("denoise"), [a for a, _, _ in pairs])
        gained = [psnr(out, clean) for out, (_, clean, _) in zip(ours, pairs, strict=True)]
        nlm = free.non_local_means(3)
        rows.append(
            Row(
                name,
                len(pairs),
                "PSNR",
                fmean(psnr(a, b) for a, b, _ in pairs),
                fmean(gained),
                fmean(psnr(nlm(a), b) for a, b, _ in pairs),
                "non-local means, h = 3",
                pictures=tuple((stem, value) for value, (_, _, stem) in zip(gained, pairs, strict=True)),
            )
        )
    return rows


def _flat_noise(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    folder = real / "noise_DND"
    if not folder.is_dir():
        return []
    pictures = [read(path) for path in files(folder, limit)]
    flats = []
    for image in pictures:
        smooth = _averaged(image.astype(np.float64))
        edges = deviation(smooth.astype(np.uint8), 15)
        flats.append(edges <= np.quantile(edges, 0.25))
    ours = _each(subject, plan_for("denoise"), pictures)
    nlm = free.non_local_means(10)
    values = [flat_noise(out, where) for out, where in zip(ours, flats, strict=True)]
    before = fmean(flat_noise(image, where) for image, where in zip(pictures, flats, strict=True))
    other = fmean(flat_noise(nlm(image), where) for image, where in zip(pictures, flats, strict=True))
    name = "non-local means, h = 10"
    return [Row("DND, noise left in flat places", len(pictures), "deviation of 255", before, fmean(values), other, name, False)]


def _haze(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    paths = [path for name in ("haze_real", "haze_real2") if (real / name).is_dir() for path in files(real / name, limit)]
    if not paths:
        return []
    pictures = [read(path) for path in paths]
    ours = _each(subject, plan_for("dehaze"), pictures)
    others = [free.dark_channel_prior(image) for image in pictures]

    def clearer(results: Sequence[np.ndarray]) -> list[float]:
        levels = [(free.dark_channel(a).mean(), free.dark_channel(b).mean()) for a, b in zip(pictures, results, strict=True)]
        return [float(1 - after / before) for before, after in levels]

    own, theirs = clearer(ours), clearer(others)
    paint, their_paint = ([painted(a, b) for a, b in zip(pictures, results, strict=True)] for results in (ours, others))
    name, n = free.NAMES["dehaze"], len(pictures)
    each = tuple((path.stem, 100 * value) for path, value in zip(paths, own, strict=True))
    count = [float(sum(value > QUARTER for value in values)) for values in (own, theirs)]
    return [
        Row("real haze, a quarter clearer", n, f"pictures of {n}", None, count[0], count[1], name, pictures=each),
        Row("real haze, smooth places painted", n, "per cent", None, fmean(paint), fmean(their_paint), name, False),
    ]


def _clean_told_to_dehaze(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    folder = bench / "CBSD68"
    if not folder.is_dir():
        return []
    pictures = [read(path) for path in files(folder)[::4][:limit]]
    ours = fmean(psnr(out, image) for out, image in zip(_each(subject, plan_for("dehaze"), pictures), pictures, strict=True))
    other = fmean(psnr(free.dark_channel_prior(image), image) for image in pictures)
    return [Row("clean pictures told to dehaze", len(pictures), "PSNR to input", None, ours, other, free.NAMES["dehaze"])]


def _night(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    image, sky = night_scene()
    ours, other = _each(subject, plan_for("lowlight"), [image])[0], free.clahe(image)
    level = [float(picture[sky].mean(0).max()) for picture in (image, ours, other)]
    tint = [float(np.ptp(picture[sky].mean(0))) for picture in (image, ours, other)]
    rows = [
        Row("a night sky of 3, 3, 1 told to be brighter", 1, "level of 255", level[0], level[1], level[2], "CLAHE", False),
        Row("the same sky's tint", 1, "largest difference of channels", tint[0], tint[1], tint[2], "CLAHE", False),
    ]
    folder = bench / "LOLv1_eval15"
    if folder.is_dir():
        pairs = [(read(a), read(b)) for a, b in zip(files(folder / "low", limit), files(folder / "high", limit), strict=True)]
        results = _each(subject, plan_for("lowlight"), [a for a, _ in pairs])
        own = fmean(psnr(out, b) for out, (_, b) in zip(results, pairs, strict=True))
        gamma = fmean(psnr(free.gamma_to_middle(a), b) for a, b in pairs)
        rows.append(Row("LOL", len(pairs), "PSNR", fmean(psnr(a, b) for a, b in pairs), own, gamma, "one gamma"))
    return rows


def _exposure(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    """Over-exposure made from finished photographs, in linear light and clipped: FiveK's own pictures have only too little."""
    folder = bench / "FiveK_CURL8" / "expertC"
    if not folder.is_dir():
        return []
    rows = []
    for stops in (1.0, 1.5):
        truths = [read(path) for path in files(folder, limit)]
        bright = [_brighter(truth, stops) for truth in truths]
        ours = _each(subject, plan_for("enhance"), bright)
        before, own, gamma = (
            fmean(delta_e(a, b) for a, b in zip(results, truths, strict=True))
            for results in (bright, ours, [free.gamma_to_middle(image) for image in bright])
        )
        rows.append(Row(f"over-exposed by {stops:g} EV", len(truths), "delta E", before, own, gamma, "one gamma", False))
    return rows


def _blur(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    folder = bench / "GoPro_sample6"
    if not folder.is_dir():
        return []
    pairs = [(read(a), read(b)) for a, b in zip(files(folder / "blur", limit), files(folder / "sharp", limit), strict=True)]
    ours = _each(subject, plan_for("deblur"), [a for a, _ in pairs])
    own = fmean(psnr(out, b) for out, (_, b) in zip(ours, pairs, strict=True))
    other = fmean(psnr(free.unsharp(a), b) for a, b in pairs)
    return [Row("GoPro", len(pairs), "PSNR", fmean(psnr(a, b) for a, b in pairs), own, other, free.NAMES["deblur"])]


def _scratches(subject: Subject, real: Path, bench: Path, limit: int | None) -> list[Row]:
    """The tenth task, by the engine with what is installed for it: in the holes, beside the smooth filling alone; and what the
    search for scratches marks in clean pictures."""
    folders = [each for name in ("free", "free-2") if (each := real.parent / "train" / name).is_dir()]
    if not folders:
        return []
    from restored.engine.engine import shared

    cases = list(filling.cases(folders[0], limit or filling.CROPS))
    figures = [[filling.in_hole(make(case), case) for case in cases] for make in (_damaged, filling.restored, filling.smooth)]
    before, ours, other = map(fmean, figures)
    false = filling.wrongly_marked(folders, limit or filling.CLEAN)
    pictures = tuple((case.name, value) for case, value in zip(cases, figures[1], strict=True))
    found = [
        (each.kind, 100 * searching.recall(each, shared().marks))
        for each in searching.searches(folders, limit or searching.PHOTOGRAPHS)
    ]
    above = 100 * fmean(share > TOLERABLE for share in false)
    return [
        Row("marks found", len(found), "per cent", None, fmean(share for _, share in found), None, "-", pictures=tuple(found)),
        Row("clean pictures, over 0.3 % marked", len(false), "per cent", None, above, None, "-", False),
        Row("scratches, in the hole", len(cases), "PSNR", before, ours, other, "biharmonic", pictures=pictures),
        Row("clean pictures, wrongly marked", len(false), "per cent", None, 100 * fmean(false), None, "-", False),
    ]


def _damaged(case: filling.Case) -> np.ndarray:
    return case.damaged


def _brighter(image: np.ndarray, stops: float) -> np.ndarray:
    linear = (image / 255.0) ** 2.2 * 2**stops
    return (np.clip(linear, 0, 1) ** (1 / 2.2) * 255).round().astype(np.uint8)


def _each(subject: Subject, plan: Plan, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [subject.restore(picture, plan) for picture in pictures]


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
