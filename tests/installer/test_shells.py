"""The manual page, and completion in shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import manual
import packages
import pytest

from restored.cli.app import COMMANDS, STANDALONE

LINUX = Path(packages.HERE) / "linux"


def test_the_manual_page_tells_of_every_command() -> None:
    page = manual.page("1.2")
    for name, command in {**COMMANDS, **STANDALONE}.items():
        assert (rf"\fB{name}\fR" in page) == (not command.hidden)
    assert r"\fB\-\-overwrite\fR" in page
    assert r"\fB\-\-from\fR" not in page.split(r"\fBarchive\fR")[0]


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_one(tmp_path: Path) -> None:
    (tmp_path / "restored.1").write_text(manual.page("1.2"), "utf-8")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", tmp_path / "restored.1"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "restore photographs by saying what is wrong" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes(tmp_path: Path) -> None:
    (tmp_path / "restored").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m restored.cli \"$@\"\n")
    (tmp_path / "restored").chmod(0o755)
    script = f"""
. "{LINUX / "completion" / "restored.bash"}"
COMP_WORDS=(restored daemon st); COMP_CWORD=2
_restored_completion restored
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "PATH": path})
    assert done.stdout.split() == ["start", "stop", "status"]


@pytest.mark.parametrize(("shell", "file"), [("zsh", "_restored"), ("fish", "restored.fish")])
def test_the_other_shells_ask_as_the_program_answers(shell: str, file: str) -> None:
    """Typer's own script names the variables that its program reads."""
    shared = pytest.importorskip("typer._completion_shared")
    wanted = shared.get_completion_script(prog_name="restored", complete_var="_RESTORED_COMPLETE", shell=shell)
    ours = (LINUX / "completion" / file).read_text("utf-8")
    for word in wanted.replace("(", " ").split():
        if word.startswith(("_TYPER", "_RESTORED")):
            assert word.rstrip(")") in ours
