"""The `restored` command. `serve` is answered here, before anything heavy is imported: a daemon says hello within a second."""

import sys


def main() -> None:
    """Entry point of the `restored` program; ends the process with its exit code."""
    if sys.argv[1:2] == ["serve"]:
        from restored.daemon import main as serve

        sys.exit(serve(sys.argv[2:]))
    from .app import run

    sys.exit(run(sys.argv[1:]))
