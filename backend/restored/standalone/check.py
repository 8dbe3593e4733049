"""What the GPU pack finds, in a process of its own."""


def main() -> int:
    """Print a sentence; 1 when the pack cannot be loaded."""
    try:
        import torch
    except (ImportError, OSError) as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    if torch.cuda.is_available():
        print(f"It computes on {torch.cuda.get_device_name()}.")
    else:
        reason = "it was built without CUDA" if torch.version.cuda is None else "no NVIDIA GPU can be used"
        print(f"It computes on the processor: {reason}.")
    return 0
