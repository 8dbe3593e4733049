"""Memory: how much is free, how much a job may take, and giving back what is no longer used."""

import gc
import sys
from typing import Final

from restored import allocator
from restored.ground.memory import available

SHARE: Final = 0.5
"""How much of the free memory a job plans to use: the rest stays for the host and for what cannot be foreseen."""


def free_memory() -> int:
    """Bytes of main memory a job could take now: what the system calls available, inside this process's control groups."""
    return available()


def free_device_memory(device: str) -> int:
    """Bytes free on a device ("cpu", "cuda", "mps"), memory that torch holds but does not use included."""
    if device.startswith("cuda"):
        import torch

        free, _ = torch.cuda.mem_get_info()
        return free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    if device == "mps":
        import torch

        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return free_memory()


def out_of_memory() -> tuple[type[BaseException], ...]:
    """What running out of memory raises: torch has an error of its own, on devices."""
    torch = sys.modules.get("torch")
    return (MemoryError,) if torch is None else (MemoryError, torch.OutOfMemoryError)


def release() -> None:
    """Give back to the system what is no longer used, on the device and in main memory."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    allocator.give_back_pages()
