"""The daemon answers at once because nothing heavy is imported before it listens."""

import subprocess
import sys

HEAVY = ("torch", "numpy", "PIL", "typer", "rich", "sentence_transformers", "transformers", "openvino")


def imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_nothing_heavy_is_imported_before_listening() -> None:
    assert (
        imported_by("import restored.daemon.server, restored.service.local; restored.service.local.LocalService().tasks()")
        == set()
    )


def test_the_command_reaches_the_daemon_without_typer() -> None:
    assert imported_by("import restored.cli, restored.daemon.server") == set()


def test_the_check_itself_sees_heavy_imports() -> None:
    assert imported_by("import numpy") == {"numpy"}
