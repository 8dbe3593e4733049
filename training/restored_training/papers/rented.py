"""One command for a rented GPU: as many of the papers' experiments as its minutes allow, most valuable first.

python -m restored_training.papers.rented --out DIR --minutes M --crops FILE [--words FILE]

Needs torch and numpy. Two processes share the GPU, so that neither waits for the other's launches. Each writes one archive into
DIR, anew after every experiment. Run again with the same DIR, it takes up what is there: finished experiments are left alone,
`nine` goes on from its weights.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

LANES: Final[tuple[tuple[tuple[str, float], ...], ...]] = (
    (("elementary", 0.55), ("diffusion", 0.45)),
    (("instructed", 0.4), ("nine", 0.6)),
)
"""Experiments of each process, in order, with their shares of its time."""

LENGTHS: Final = (200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    until = time.time() + 60 * options.minutes - 4
    if options.lane is not None:
        return _lane(options, until)
    command = [sys.executable, "-m", __spec__.name if __spec__ else "restored_training.papers.rented"]
    shared = ["--out", str(options.out), "--crops", str(options.crops), "--device", options.device]
    shared += ["--words", str(options.words)] if options.words else []
    shared += ["--only", *options.only] if options.only else []
    shared += ["--rehearsal"] if options.rehearsal else []
    minutes = str((until - time.time()) / 60)
    lanes = [subprocess.Popen([*command, *shared, "--minutes", minutes, "--lane", str(n)]) for n in range(len(LANES))]
    codes = [lane.wait(timeout=max(1.0, until - time.time() + 60)) for lane in lanes]
    print(json.dumps({path.name: path.stat().st_size for path in sorted(options.out.iterdir())}))
    return max(codes)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="restored_training.papers.rented", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--out", type=Path, required=True, help="folder for the two archives")
    parser.add_argument("--minutes", type=float, required=True, help="how long all of it may take")
    parser.add_argument("--crops", "--data", type=Path, required=True, help="archive of crops (“restored-train papers pack”)")
    parser.add_argument("--words", type=Path, help="archive of sentences' vectors; without it, the told experiments are left out")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--only", nargs="*", default=(), help="only these experiments")
    parser.add_argument("--rehearsal", action="store_true", help="a few steps of everything on a few crops: does it run?")
    parser.add_argument("--lane", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _lane(options: argparse.Namespace, until: float) -> int:
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    archive = options.out / f"papers-{options.lane}.zip"
    with tempfile.TemporaryDirectory() as place:
        return _work(options, until, Path(place), archive)


def _work(options: argparse.Namespace, until: float, work: Path, archive: Path) -> int:
    """The experiments of one process, in a folder of its own; `archive` is written anew after each."""
    if archive.exists():
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(work)
    failed = 0
    wanted = [(name, share) for name, share in LANES[options.lane] if not options.only or name in options.only]
    wanted = [(name, share) for name, share in wanted if name != "instructed" or options.words]
    for place, (name, share) in enumerate(wanted):
        result = work / f"{name}.json"
        if result.exists() and name != "nine":
            print(f"{name}: done before", flush=True)
            continue
        budget = (until - time.time()) * share / sum(later for _, later in wanted[place:])
        if budget < 8:
            print(f"{name}: no time left", flush=True)
            continue
        try:
            print(f"{name}: {budget:.0f} s", flush=True)
            found = _experiment(name, options, budget, work)
            result.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
            _pack(work, archive)
        except Exception:
            # what else can be measured in a rented minute must not be lost to one mistake
            traceback.print_exc()
            failed += 1
    return min(failed, 1)


def _experiment(name: str, options: argparse.Namespace, budget: float, work: Path) -> dict[str, Any]:
    import torch

    from . import diffusion, elementary, instructed, nine
    from .crops import Crops
    from .words import Words

    crops = Crops.load(options.crops)
    few = options.rehearsal
    lengths = (8,) if few else LENGTHS
    if few:
        crops = Crops(crops.train[:16], crops.test[:4], crops.names[:4])

    def tell(line: str) -> None:
        print(f"{name}: {line}", flush=True)

    if name == "elementary":
        basic = elementary.Settings(steps=4, batch=2, seeds=(0, 1)) if few else elementary.Settings()
        run = elementary.Elementary(crops, basic, options.device, tell=tell)
        run.train(budget=None if few else 0.85 * budget, choices=lengths)
        torch.save(run.weights(), work / "elementary.pt")
        return run.results()
    if name == "instructed":
        told = instructed.Settings(steps=4, batch=2) if few else instructed.Settings()
        limit = None if few else 0.85 * budget
        return instructed.run(crops, Words.load(options.words), told, options.device, budget=limit, choices=lengths, tell=tell)
    if name == "diffusion":
        filling = diffusion.Settings(base=4, steps=4, batch=2) if few else diffusion.Settings()
        found, tensors = diffusion.run(crops, filling, options.device, budget=None if few else 0.85 * budget, tell=tell)
        torch.save({key: value[:1].half().cpu() for key, value in tensors.items()}, work / "diffusion.pt")
        return found
    path = work / "instruct_ipt-small.pt"
    all_of_them = nine.Settings(steps=4, batch=1) if few else nine.Settings()
    limit = None if few else budget - 6
    found, carried = nine.run(crops, all_of_them, options.device, begun=path, budget=limit, tell=tell)
    torch.save(carried, path)
    return found


def _pack(work: Path, archive: Path) -> None:
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(work.iterdir()):
            packed.write(path, path.name)
    part.replace(archive)


if __name__ == "__main__":
    sys.exit(main())
