"""The curve of a run, from its TensorBoard logs."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ..data.photographs import DataError


def read_scalars(logs: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Every scalar of a run: name -> (steps, values). Raises DataError when there are no logs."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    if not logs.is_dir():
        raise DataError(f"{logs} has no training logs.")
    events = EventAccumulator(str(logs), size_guidance={"scalars": 0})
    events.Reload()
    out = {}
    for name in events.Tags()["scalars"]:
        points = events.Scalars(name)
        out[name] = (np.array([p.step for p in points]), np.array([p.value for p in points]))
    return out


def training_curve(logs: Path, *, window: int = 50) -> Image.Image:
    """Loss per single kind of damage (running means over `window` groups) and the validation figures, over the steps."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    scalars = read_scalars(logs)
    losses = {k.removeprefix("loss/"): v for k, v in scalars.items() if k.startswith("loss/") and "+" not in k}
    checks = {k.removeprefix("validation/"): v for k, v in scalars.items() if k.startswith("validation/")}
    figure, axes = plt.subplots(1, 2 if checks else 1, figsize=(14 if checks else 9, 5), squeeze=False)
    for name, (steps, values) in sorted(losses.items()):
        axes[0, 0].plot(steps, smooth(values, window), label=name, linewidth=1)
    axes[0, 0].set(xlabel="step", ylabel="L1", yscale="log", title="training loss by kind")
    axes[0, 0].legend(fontsize=8, ncols=2)
    for name, (steps, values) in sorted(checks.items()):
        axes[0, 1].plot(steps, values, label=name)
    if checks:
        axes[0, 1].set(xlabel="step", ylabel="dB", title="validation")
        axes[0, 1].legend(fontsize=8)
    return to_image(figure)


def smooth(values: np.ndarray, window: int) -> np.ndarray:
    """Running mean over the last `window` values (fewer at the start)."""
    total = np.cumsum(np.insert(values.astype(np.float64), 0, 0.0))
    index = np.arange(1, len(values) + 1)
    start = np.maximum(0, index - window)
    return (total[index] - total[start]) / (index - start)


def to_image(figure: object) -> Image.Image:
    """A matplotlib figure as a picture; the figure is closed."""
    import matplotlib.pyplot as plt

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")  # type: ignore[attr-defined]
    plt.close(figure)  # type: ignore[arg-type]
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")
