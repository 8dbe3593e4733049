"""What client, wire and daemon cost on this machine: run by command, not with the tests.

    python tests/benchmarks/daemon.py [echo] [hello] [process] [--megapixels 12] [--out FILE.json]

Prints one line per figure with its target, and writes all of them as JSON. Run it on an idle machine, or read ratios only.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import figure, of_megapixels, run, timed

from restored_client import Pixels, Session

ROUNDS = 7


@contextmanager
def daemon(*options: str) -> Iterator[Session]:
    """A session with a daemon of its own, in folders of its own; it ends with the session."""
    with tempfile.TemporaryDirectory(prefix="rd-") as folder, own_folders(folder):
        command = Path(folder) / "restored"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m restored.daemon {" ".join(options)} "$@"\n')
        command.chmod(0o755)
        with Session.open(client="benchmark", executable=[str(command)]) as session:
            yield session
            session.shutdown()


@contextmanager
def own_folders(folder: str) -> Iterator[None]:
    """The daemon's runtime and log folders, for this block."""
    before = {name: os.environ.get(name) for name in ("RESTORED_RUNTIME_DIR", "RESTORED_LOG_DIR")}
    os.environ.update(RESTORED_RUNTIME_DIR=f"{folder}/run", RESTORED_LOG_DIR=folder)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def echo() -> None:
    """A 24 MP RGBA 16-bit layer there and back, when the model costs nothing."""
    layer = Pixels(6000, 4000, 4, "u16", os.urandom(1 << 20) * 183 + bytes(6000 * 4000 * 8 - (183 << 20)))
    with daemon("--engine", "echo") as session:
        times = []
        for _ in range(ROUNDS):
            outcome, seconds = timed(lambda: session.restore(layer, instruction="echo"))
            if outcome.pixels is None or outcome.pixels.data != layer.data:
                raise SystemExit("The echo is not what was sent.")
            times.append(seconds)
    # the best of several: other work on the machine only ever adds to it
    figure("24 MP RGBA 16-bit, there and back", min(times), "s", "<= 1.5", worst=round(max(times), 2))


def hello() -> None:
    """From the start of the real daemon's process to its hello."""
    times = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="rd-") as folder, own_folders(folder):
            start = time.perf_counter()
            process = subprocess.Popen([sys.executable, "-m", "restored.daemon"])
            try:
                while not Path(f"{folder}/run/connection.json").exists():
                    time.sleep(0.005)
                with Session.open(client="benchmark", start=False):
                    times.append(time.perf_counter() - start)
            finally:
                process.terminate()
                process.wait()
    figure("hello after the process was started", min(times), "s", "<= 1", worst=round(max(times), 2))


def process(megapixels: float) -> None:
    """The default model on a photograph through the daemon and in this process, by turns."""
    from restored import engine
    from restored.allocator import keep_pages
    from restored.instruction.plan import Plan

    keep_pages()
    picture = of_megapixels(megapixels)
    layer = Pixels(picture.shape[1], picture.shape[0], 3, "u8", picture.tobytes())
    plan = Plan.of("denoise")
    through, inside = [], []
    with daemon() as session:
        session.restore(layer, plan=plan.to_dict())
        engine.run(picture, plan)
        for _ in range(3):
            through.append(timed(lambda: session.restore(layer, plan=plan.to_dict()))[1])
            inside.append(timed(lambda: engine.run(picture, plan))[1])
    name = f"{megapixels:g} MP through the daemon"
    figure(name, min(through), "s", "<= 6 at 12 MP")
    figure(f"{name}, against in process", min(through) / min(inside), "times", "<= 1.1", in_process=round(min(inside), 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="echo, hello, process; all by default")
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    everything: dict[str, Callable[[], None]] = {
        "echo": echo,
        "hello": hello,
        "process": lambda: process(chosen.megapixels),
    }
    run(everything, chosen.what, chosen.out)


if __name__ == "__main__":
    main()
