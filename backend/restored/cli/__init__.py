"""The `restored` command. `serve` is answered here, before anything heavy is imported: a daemon says hello within a second."""

import sys


def main() -> None:
    """Entry point of the `restored` program; ends the process with its exit code."""
    if sys.argv[1:2] == ["serve"]:
        from restored.daemon import main as serve

        sys.exit(serve(sys.argv[2:]))
    if sys.argv[1:2] in (["run"], ["explain"]) and "--no-daemon" in sys.argv:
        from restored.offline import stay_offline
        from restored.seal import seal

        stay_offline()
        seal()
    if sys.argv[1:2] == ["gpu-check"]:
        from restored.standalone.check import main as check

        sys.exit(check())
    from .app import run

    sys.exit(run(sys.argv[1:]))
