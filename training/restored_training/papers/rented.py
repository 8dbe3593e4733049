"""One command for a rented GPU: as many of the papers' experiments as its minutes allow, most valuable first.

python -m restored_training.papers.rented --out DIR --minutes M --crops FILE [--words FILE]

Needs torch, numpy and Pillow. Takes the experiments that no committed result has whole, or those named by --only. Two archives in
DIR are written anew after every experiment: the figures, and the weights of `nine`. Run again with the same DIR, it takes up what
is there: finished experiments are left alone, `nine` goes on from its weights. It ends by the clock, whatever hangs.
"""

import argparse
import faulthandler
import json
import os
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from .crop_archive import Crops
from .judging import read_results

SHARES: Final = {"elementary": 0.44, "encoders": 0.13, "diffusion": 0.2, "nine": 0.23, "instructed": 0.2}
"""Experiments in order of claims settled per second, with their shares of the time that is left when they begin."""

LENGTHS: Final = (200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800)
FIGURES: Final = "papers-0.zip"
WEIGHTS: Final = "papers-1.zip"
_HEAVY: Final = "instruct_ipt-small.pt"
_MEASURING: Final = 18.0
"""Seconds kept back for measuring at the very end."""
_LEAST: Final = 12.0


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    until = time.time() + 60 * options.minutes - 4
    options.out.mkdir(parents=True, exist_ok=True)
    # streams of one process run side by side only as far as it has connections to the device
    os.environ.setdefault("CUDA_DEVICE_MAX_CONNECTIONS", "16")
    clock = _end_at(until)
    try:
        with tempfile.TemporaryDirectory() as place:
            work = Path(place)
            for name in (FIGURES, WEIGHTS):
                if (options.out / name).exists():
                    with zipfile.ZipFile(options.out / name) as packed:
                        packed.extractall(work)
            failed = _work(options, until, work)
    finally:
        clock.cancel()
    print(json.dumps({path.name: path.stat().st_size for path in sorted(options.out.iterdir())}), flush=True)
    return failed


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="restored_training.papers.rented", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--out", type=Path, required=True, help="folder for the two archives")
    parser.add_argument("--minutes", type=float, required=True, help="how long all of it may take")
    parser.add_argument("--crops", "--data", type=Path, required=True, help="archive of crops (“restored-train papers pack”)")
    parser.add_argument("--words", type=Path, help="archive of sentences' vectors; without it, the told experiments are left out")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--only", nargs="*", default=(), choices=SHARES, help="only these experiments")
    parser.add_argument("--rehearsal", action="store_true", help="a few steps of everything on a few crops: does it run?")
    return parser.parse_args(arguments)


def _end_at(until: float) -> threading.Timer:
    """End this process when the time is over, also when a call to the device never returns: a rented minute waits for nobody.
    Cancel what is returned when all is done."""

    def over() -> None:
        print("the time is over; where everything stands:", file=sys.stderr, flush=True)
        faulthandler.dump_traceback()
        os._exit(3)

    timer = threading.Timer(max(1.0, until + 3 - time.time()), over)
    timer.daemon = True
    timer.start()
    return timer


def _wanted(options: argparse.Namespace) -> list[str]:
    """What is to be done, in order."""
    if options.only or options.rehearsal:
        wanted = [name for name in SHARES if name in options.only or not options.only]
    else:
        whole = {name for name, result in read_results().items() if result.get("finished", True)}
        wanted = [name for name in SHARES if name not in whole]
    return [name for name in wanted if options.words or name not in ("instructed", "encoders")]


def _work(options: argparse.Namespace, until: float, work: Path) -> int:
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    failed = 0
    crops = Crops.load(options.crops)
    if options.rehearsal:
        crops = replace(crops, train=crops.train[:16], test=crops.test[:4], names=crops.names[:4])
    wanted = _wanted(options)
    for place, name in enumerate(wanted):
        result = work / f"{name}.json"
        if result.exists() and name != "nine" and json.loads(result.read_text(encoding="utf-8")).get("finished"):
            print(f"{name}: done before", flush=True)
            continue
        left = until - time.time() - _MEASURING
        budget = left * SHARES[name] / sum(SHARES[later] for later in wanted[place:])
        if budget < _LEAST and not options.rehearsal:
            print(f"{name}: no time left", flush=True)
            continue

        def save(found: dict[str, Any], result: Path = result) -> None:
            part = result.with_suffix(".part")
            part.write_text(json.dumps({**found, "crops": crops.about()}, ensure_ascii=False), encoding="utf-8")
            part.replace(result)
            _pack(work, options.out)

        print(f"{name}: {budget:.0f} s of {left:.0f}", flush=True)
        try:
            save(_experiment(name, options, crops, budget, left, work, save))
        except Exception:
            # what else can be measured in a rented minute must not be lost to one mistake
            traceback.print_exc()
            failed = 1
        if torch.cuda.is_available():
            print(f"{name}: {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB at most", flush=True)
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
    return failed


def _experiment(
    name: str,
    options: argparse.Namespace,
    crops: Crops,
    budget: float,
    left: float,
    work: Path,
    save: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """Train and measure one. budget: seconds that it should take; left: seconds that there are; save: for figures on the way."""
    import torch

    from . import diffusion, elementary, encoders, instructed, nine
    from .sentence_vectors import SentenceVectors, load_all

    few = options.rehearsal
    lengths = (8,) if few else LENGTHS
    limit = None if few else 0.85 * budget

    def tell(line: str) -> None:
        print(f"{name}: {line}", flush=True)

    if name == "elementary":
        basic = elementary.ExperimentSettings(steps=4, batch=1, seeds=(0, 1)) if few else elementary.ExperimentSettings()
        run = elementary.Elementary(crops, basic, options.device, tell=tell)
        # its claims are most of all: what it began may take the others' time
        longest = None if few else max(0.85 * budget, 0.8 * left)

        def so_far() -> dict[str, Any]:
            torch.save(run.weights(), work / "elementary.pt")
            return run.results()

        run.train(budget=limit, limit=longest, choices=lengths, halfway=lambda: save(so_far()))
        return so_far()
    if name == "instructed":
        told = instructed.ExperimentSettings(steps=4, batch=2) if few else instructed.ExperimentSettings()
        return instructed.run(
            crops, SentenceVectors.load(options.words), told, options.device, budget=limit, choices=lengths, tell=tell
        )
    if name == "encoders":
        heads = encoders.ExperimentSettings(steps=4, heads=2, batch=2, seeds=(0, 1)) if few else encoders.ExperimentSettings()
        vectors = load_all(options.words, encoders.ENCODERS)
        return encoders.run(crops, vectors, heads, options.device, budget=limit, choices=lengths, tell=tell)
    if name == "diffusion":
        filling = diffusion.ExperimentSettings(base=4, steps=4, batch=2) if few else diffusion.ExperimentSettings()
        return diffusion.run(crops, filling, options.device, budget=limit, tell=tell)[0]
    path = work / _HEAVY
    all_of_them = nine.ExperimentSettings(steps=4, batch=1) if few else nine.ExperimentSettings()
    found, carried = nine.run(crops, all_of_them, options.device, begun=path, budget=None if few else budget, tell=tell)
    torch.save(carried, path)
    return found


def _pack(work: Path, out: Path) -> None:
    """The figures and the light weights in one archive, the heavy ones in another."""
    heavy = [path for path in work.iterdir() if path.name == _HEAVY]
    light = [path for path in work.iterdir() if path.suffix in (".json", ".pt") and path.name != _HEAVY]
    for name, files in ((FIGURES, light), (WEIGHTS, heavy)):
        if files:
            part = out / f"{name}.part"
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
                for path in sorted(files):
                    packed.write(path, path.name)
            part.replace(out / name)


if __name__ == "__main__":
    sys.exit(main())
