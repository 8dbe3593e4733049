"""Results of the papers' experiments, made up: what they would say if one arm were so much better than the others."""

from typing import Any

NOISE = ("denoise s15", "denoise s25", "denoise s50")


def elementary(gain: float) -> dict[str, Any]:
    """Results in which low rank deblurs better than all others by `gain`, and nothing else differs."""
    arms = ("plain", "wide", "prompt", "gate", "side", "replacement", "lowrank", "two-stage", "proportional")

    def table(arm: str) -> dict[str, Any]:
        blur = [[20.0 + picture + (gain if arm == "lowrank" else 0) for picture in range(6)] for _ in range(3)]
        return {**{name: [[25.0] * 6] * 3 for name in NOISE}, "deblur": blur}

    roles = ("embedder", "output", "resampling", "reduction", "qkv", "projection", "ffn", "layernorm")
    still = dict.fromkeys(roles, [0.99] * 3)
    row = {
        "layer": "down0",
        "role": "resampling",
        "level": 0,
        "full": 32,
        "ranks": {},
        "constant": [0.9] * 3,
        "proportional": [0.5] * 3,
    }
    return {
        "experiment": "elementary",
        "settings": {"steps": 4, "batch": 2, "seeds": [0, 1, 2]},
        "machine": "a test",
        "seconds": 1.0,
        "pictures": list("abcdef"),
        "arms": {arm: {"words": f"the arm {arm}", "parameters": 10} for arm in arms},
        "input": {name: [[20.0] * 6] for name in (*NOISE, "deblur")},
        "psnr": {arm: table(arm) for arm in arms},
        "psnr half": {arm: table(arm) for arm in arms},
        "similarity": {"denoise": {**still, "output": [0.5] * 3}, "deblur": {**still, "output": [0.6] * 3}, "mix": still},
        "energy": {"denoise": [row], "deblur": [row]},
    }


def encoders(wrong: float, **quality: float) -> dict[str, Any]:
    """Results in which the image model restores so well through each encoder, and so much worse when told something else."""
    tasks = ("denoise", "derain", "dehaze", "deblur", "lowlight")
    lost = {"precise": 0.0, "ambiguous": 0.0, "wrong": wrong}

    def table(value: float) -> dict[str, Any]:
        return {f"{task}/{style}": [[value - less] * 3] * 2 for task in tasks for style, less in lost.items()}

    return {
        "experiment": "encoders",
        "settings": {"steps": 4, "heads": 2, "seeds": [0, 1]},
        "machine": "a test",
        "seconds": 1.0,
        "first": "own head",
        "arms": {name: f"told by {name}" for name in ("own head", *quality)},
        "psnr": {name: table(value) for name, value in {"own head": 25.0, **quality}.items()},
        "intent": {
            name: {f"{task}/{style}": [0.9] * 2 for task in tasks for style in ("precise", "ambiguous")}
            for name in ("own head", *quality)
        },
    }
