"""The `restored-train` command."""

import logging
from typing import Final

from .options import console

EXTRA: Final = frozenset(
    {
        *(
            "cv2",
            "flip_evaluator",
            "matplotlib",
            "pydantic",
            "scipy",
            "sentence_transformers",
            "skimage",
            "sklearn",
            "tensorboard",
        ),
        *("torch", "yaml"),
    }
)
"""What the extra “training” brings beside what restoring needs, as it is imported."""


def main() -> None:
    """Entry point: known errors end as one sentence, and so does a missing extra."""
    try:
        _run()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        install = 'pip install "restore-with-instruction[training]"'
        _fail(f"Training needs {error.name}, which is not here. Install it with: {install}")
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename or ''}")


def _run() -> None:
    from restored.ground.errors import RestoredError

    from ..data.photographs import DataError
    from ..runs.checkpoint import CheckpointError
    from ..runs.config import ConfigError
    from .app import app

    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    try:
        app()
    except (ConfigError, DataError, CheckpointError, RestoredError) as error:
        _fail(str(error))


def _fail(sentence: str) -> None:
    # not as markup: a file's name or an extra may stand in square brackets
    console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(2) from None
