"""What a training step costs on this machine: run by command, not with the tests.

    python tests/benchmarks/training.py [--run FILE.yaml] [--seconds 60] [--photographs FOLDER] [--out FILE.json]

Our trainer on the run file of the shipped network (nine kinds of damage, contexts, biases per task, Muon) beside the barest loop
that trains the same convolutions for noise alone, by turns. The second is what the machine can do; the ratio says what everything
else costs. Run it on an idle machine, or read the ratio only.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from figures import figure, run
from torch import Tensor, nn

from restored.allocator import keep_pages
from restored.models.swift import SwiftConfig, conv_specs, unet
from restored.models.swift.network import TORCH_OPS
from restored_training.data.paths import photograph_folder, repository
from restored_training.data.photographs import PhotoSet
from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.runs.config import RunConfig, load_config
from restored_training.training.trainer import Trainer

RUN = repository() / "training/runs/swift-nine-cpu.yaml"
ROUND = 5.0
"""Seconds of one, then of the other, so that both meet the same machine."""


class Bare(nn.Module):
    """The convolutions of `swift` and nothing else: one weight each, no tasks, no context."""

    def __init__(self, config: SwiftConfig) -> None:
        super().__init__()
        self.config = config
        self.convs = nn.ModuleDict(
            {spec.name: nn.Conv2d(spec.channels_in, spec.channels_out, spec.kernel) for spec in conv_specs(config)}
        )

    def forward(self, image: Tensor) -> Tensor:
        count, _, height, width = image.shape
        films = [(torch.zeros(count, width), torch.zeros(count, width)) for width in self.config.widths]
        grid = torch.zeros(count, self.config.grid_channels, height // self.config.stride, width // self.config.stride)
        convs = {name: (conv.weight, conv.bias) for name, conv in self.convs.items()}
        both = torch.cat([image, image], 1).contiguous(memory_format=torch.channels_last)
        return image + unet(TORCH_OPS, self.config, convs, both, films, grid).float()


def bare_loop(config: RunConfig, patches: Tensor) -> Callable[[], None]:
    """One step of plain training on patches (N, 3, s, s) with noise on them."""
    model = Bare(SwiftConfig(**config.model.hyperparameters)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def step() -> None:
        noisy = patches + 0.1 * torch.randn_like(patches)
        with torch.autocast("cpu", torch.bfloat16):
            loss = F.l1_loss(model(noisy), patches)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def rate(step: Callable[[], object], patches: int) -> float:
    """Patches per second of a step, repeated for a round."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < ROUND:
        step()
        count += 1
    return count * patches / (time.perf_counter() - began)


def step_rates(file: Path, folder: Path, seconds: float) -> None:
    """Our trainer and the bare loop by turns, the best round of each."""
    config = load_config(file)
    source = PatchSource(PhotoSet(folder, split="train", limit=24).images, config.data.scales)
    trainer = Trainer(config, GroupSampler(source, config.mix, config.group_size, config.seed))
    patches = config.groups * config.group_size
    bare = bare_loop(config, torch.rand(patches, 3, config.patch_at(0), config.patch_at(0)))
    ours, plain = [], []
    for _ in range(max(2, round(seconds / ROUND / 2))):
        ours.append(rate(lambda: trainer.run(until=trainer.step + 1), patches))
        plain.append(rate(bare, patches))
    name = f"patches of {config.patch_at(0)} px per second"
    figure(f"{name}, the bare loop", max(plain), "1/s", threads=torch.get_num_threads())
    figure(f"{name}, our trainer", max(ours), "1/s", ">= 200 on 2 idle cores")
    figure("our trainer against the bare loop", max(ours) / max(plain), "times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--run", type=Path, default=RUN, help="another run file of a swift")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    keep_pages()
    run({"steps": lambda: step_rates(chosen.run, photograph_folder(chosen.photographs), chosen.seconds)}, [], chosen.out)


if __name__ == "__main__":
    main()
