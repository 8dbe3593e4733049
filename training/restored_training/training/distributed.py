"""Several processes as one trainer: gradients are summed, losses gathered; the rest is the same on every worker."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import nn


@dataclass(frozen=True, slots=True)
class WorkerGroup:
    """This process's place among `count` workers. Started by torchrun, which sets RANK and WORLD_SIZE."""

    rank: int
    count: int

    @classmethod
    def alone(cls) -> "WorkerGroup":
        return cls(0, 1)

    @classmethod
    def join(cls) -> "WorkerGroup":
        """Join the others when torchrun started this process (NCCL with GPUs, gloo without), else be alone."""
        if int(os.environ.get("WORLD_SIZE", "1")) <= 1:
            return cls.alone()
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        return cls(dist.get_rank(), dist.get_world_size())

    def leave(self) -> None:
        """Part from the others."""
        if self.count > 1:
            dist.barrier()  # nobody hangs up on a worker that is still talking
            dist.destroy_process_group()

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Sum every gradient over all workers, in one message. A worker whose plans did not touch a weight counts as zero."""
        if self.count == 1:
            return
        known = list(parameters)
        flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in known])
        dist.all_reduce(flat)
        start = 0
        for p in known:
            p.grad = flat[start : start + p.numel()].view_as(p).clone()
            start += p.numel()

    def gather(self, values: list[Any]) -> list[Any]:
        """All workers' values, in the order of their ranks, on every worker."""
        if self.count == 1:
            return values
        everyone: list[list[Any]] = [[] for _ in range(self.count)]
        dist.all_gather_object(everyone, values)
        return [value for part in everyone for value in part]
