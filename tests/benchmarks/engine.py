"""What the engine costs on this machine: run by command, not with the tests.

    python tests/benchmarks/engine.py [swift] [instructir] [seams] [neighbour] [--out FILE.json]

Prints one line per figure with its target, and writes all of them as JSON. Run it on an idle machine, or read ratios only.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from figures import figure, of_megapixels, photograph, run, timed

from restored.allocator import keep_pages


def swift(megapixels: float, model: str | None) -> None:
    """The shipped default model on a photograph of 4:3, in this process."""
    import resource

    from restored import engine
    from restored.instruction.plan import Plan

    picture = of_megapixels(megapixels)
    plan = Plan.of("denoise")
    engine.run(picture[:64, :64], plan, model=model)  # open the model and measure runtimes
    result, seconds = timed(lambda: engine.run(picture, plan, model=model))
    figure(f"swift {megapixels:g} MP", seconds, "s", "6 at 12 MP", device=repr(result.device_line), tiles=result.tiles)
    _, again = timed(lambda: engine.run(picture, plan, model=model, keep=True))
    figure(f"swift {megapixels:g} MP again, residual kept", again, "s")
    kept = engine.run(picture, plan, model=model, keep=True).residual
    assert kept is not None
    _, applied = timed(lambda: kept.apply(0.5))
    figure(f"swift {megapixels:g} MP, another strength", applied, "s")
    _, blur = timed(lambda: engine.run(picture, Plan.of("deblur"), model=model))
    figure(f"swift {megapixels:g} MP, blur (coarse to fine)", blur / seconds, "times")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    figure(f"swift {megapixels:g} MP peak memory", peak, "GiB", "2.33 (2.5 GB)")


def instructir(height: int, width: int) -> None:
    """InstructIR with random weights: plain eager float32 with default malloc in a fresh process, then the engine."""
    import tempfile

    import torch

    from restored import engine
    from restored.instruction.plan import Plan
    from restored.models.bundle import write_bundle
    from restored.models.instructir import InstructIR

    picture = photograph(height, width)
    vector = np.full(256, 1 / 16, np.float32)
    with tempfile.TemporaryDirectory() as folder:
        network = random_instructir(InstructIR)
        bundle = write_bundle(
            Path(folder) / "random", network, InstructIR.PAPER, licence="MIT", training_data="random numbers", version="0"
        )
        plain = subprocess.run(
            [sys.executable, __file__, "--plain", str(bundle.folder), str(height), str(width)],
            check=True,
            capture_output=True,
            text=True,
        )
        eager = float(plain.stdout.split()[-1])
        wanted = np.load(Path(folder) / "random" / "plain.npy")
    plan = Plan.of("denoise")
    engine.run(picture[:128, :128], plan, model=bundle_in_memory(bundle, network), embedding=vector, device="cpu")
    result, seconds = timed(
        lambda: engine.run(picture, plan, model=bundle_in_memory(bundle, network), embedding=vector, device="cpu")
    )
    name = f"instructir {width}x{height}"
    figure(f"{name} plain eager float32", eager, "s", threads=torch.get_num_threads())
    figure(name, seconds, "s", device=repr(result.device_line), tiles=result.tiles)
    figure(f"{name} speed-up", eager / seconds, "times", ">= 6 at 1920x1080")
    clipped = np.clip(wanted, 0, 1)[0].transpose(1, 2, 0) * 255
    figure(f"{name} difference", float(np.abs(clipped - result.image).max()), "/255", "<= 2 (rounding 0.5 included)")


def seams(sizes: tuple[tuple[int, int], ...], model: str | None) -> None:
    """The shipped model, tiled small against whole, at odd sizes and for every kind of task."""
    from restored import engine
    from restored.instruction.plan import Plan

    plans = (
        Plan.of("denoise"),
        Plan.of("deblur"),
        Plan.of("dehaze", "lowlight"),
        Plan.of("deblur", "superres"),
        Plan.of("derain", "desnow", "enhance", "dejpeg"),
    )
    for plan in plans:
        worst = 0.0
        for height, width in sizes:
            picture = np.asarray(photograph(height, width) / 255, np.float32)
            whole = engine.run(picture, plan, model=model, tile_side=4096)
            tiled = engine.run(picture, plan, model=model, tile_side=320)
            worst = max(worst, float(np.abs(whole.image - tiled.image).max()) * 255)
        names = " + ".join(step.task for step in plan.steps)
        figure(f"{names}, tiled against whole", worst, "/255", "<= 1", passes=len(plan.steps), sizes=len(sizes))


def neighbour(megapixels: float, model: str | None) -> None:
    """The same job idle and beside one other busy process."""
    from restored import engine
    from restored.instruction.plan import Plan

    picture = of_megapixels(megapixels)
    plan = Plan.of("denoise")
    engine.run(picture, plan, model=model)
    idle = min(timed(lambda: engine.run(picture, plan, model=model))[1] for _ in range(2))
    busy = multiprocessing.get_context("spawn").Process(target=_burn, args=(os.getpid(),), daemon=True)
    busy.start()
    try:
        time.sleep(1.0)
        beside = min(timed(lambda: engine.run(picture, plan, model=model))[1] for _ in range(2))
    finally:
        busy.terminate()
        busy.join()
    figure(f"swift {megapixels:g} MP beside a busy process", beside / idle, "times", "<= 2.5", idle=idle, beside=beside)


def random_instructir(kind: type) -> Any:
    """Random weights, beta and gamma too: with the paper's zeros every block would be the identity."""
    import torch

    torch.manual_seed(0)
    network = kind().eval().requires_grad_(False)
    for name, parameter in network.named_parameters():
        if name.endswith(("beta", "gamma")):
            parameter.uniform_(-0.5, 0.5)
    return network


def bundle_in_memory(bundle: Any, network: Any) -> Any:
    """The bundle with its network at hand, for after its folder is gone."""
    from restored.engine.engine import shared

    shared().store.put(bundle, "cpu", network)
    return bundle


def plain(folder: str, height: str, width: str) -> None:
    """What a straightforward PyTorch program does, in a process of its own: default malloc, NCHW, float32."""
    import torch

    from restored.models.bundle import load_bundle

    network = load_bundle(folder).network()
    image = torch.from_numpy(photograph(int(height), int(width)) / np.float32(255)).permute(2, 0, 1)[None].contiguous()
    text = torch.full((1, 256), 1 / 16)
    with torch.inference_mode():
        network(image[:, :, :64, :64], text)
        result, seconds = timed(lambda: network(image, text))
    np.save(Path(folder) / "plain.npy", result.numpy())
    print(seconds)


def _burn(parent: int) -> None:
    import psutil

    while psutil.pid_exists(parent):
        sum(range(10_000_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="swift, instructir, seams, neighbour; all by default")
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--model", help="name or folder of another bundle than the default, for swift, seams and neighbour")
    parser.add_argument("--size", default="1920x1080", help="for instructir")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plain", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.plain:
        plain(*chosen.plain)
        return
    keep_pages()  # as the daemon does when it starts; the plain program above does not know of it
    width, height = map(int, chosen.size.split("x"))
    everything: dict[str, Callable[[], None]] = {
        "swift": lambda: swift(chosen.megapixels, chosen.model),
        "seams": lambda: seams(((601, 743), (512, 1000), (331, 1409), (777, 555), (640, 641)), chosen.model),
        "neighbour": lambda: neighbour(chosen.megapixels / 2, chosen.model),
        "instructir": lambda: instructir(height, width),
    }
    run(everything, chosen.what, chosen.out)


if __name__ == "__main__":
    main()
