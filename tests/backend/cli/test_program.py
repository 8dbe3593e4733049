"""The program as a process: what it imports before it answers, its exit codes, its manners towards pipes and signals."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("torch", "typer", "rich", "numpy", "openvino", "sentence_transformers", "PIL")


def restored(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "restored.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=240, check=False)


def test_the_daemon_is_reached_before_anything_heavy() -> None:
    """`restored serve` must say hello within a second."""
    code = f"""
import sys
import restored.daemon
restored.daemon.main = lambda arguments: print([name for name in {HEAVY!r} if name in sys.modules], arguments) or 7
sys.argv = ["restored", "serve", "--tcp"]
from restored.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "[] ['--tcp']\n"), done.stderr


def test_the_help_waits_for_no_picture_library_and_for_no_command() -> None:
    heavy = ("torch", "numpy", "PIL", "imagecodecs", "tifffile", "fsspec", "zmq", "restored.files", "restored.cli.batch")
    code = f"""
import sys
from restored.cli import app
assert app.run(["--help"]) == 0
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "photograph" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_the_help_says_of_a_command_is_what_the_command_says() -> None:
    from restored.cli.app import COMMANDS

    for name, command in COMMANDS.items():
        assert command.load(name).help.split("\n\n")[0].replace("\n", " ") == command.help, name


def test_a_command_that_is_almost_one_is_guessed() -> None:
    done = restored("modles")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no command “modles”. Did you mean “models”?")


@pytest.mark.parametrize(("said", "instead"), [(["update", "--back"], "pip or git"), (["gpu"], "PyTorch")])
def test_a_command_of_the_installed_program_alone_says_so(said: list[str], instead: str) -> None:
    done = restored(*said)
    assert (done.returncode, done.stdout) == (2, "")
    assert "an installer brought" in done.stderr
    assert instead in done.stderr


def test_version_and_help(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from restored.cli import app

    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert app.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("restored ")
    assert app.run(["--help"]) == 0
    overview = capsys.readouterr().out
    for command in ("run", "batch", "explain", "daemon", "models", "plugins", "pair", "remote", "doctor", "serve"):
        assert command in overview
        assert app.run([command, "--help"]) == 0
        assert "Usage" in capsys.readouterr().out


@pytest.mark.slow
def test_errors_go_to_stderr_with_an_exit_code(tmp_path: Path) -> None:
    done = restored("run", str(tmp_path / "none.png"), "brighter", "-o", str(tmp_path / "o.png"), "--no-daemon", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]) == (1, done.stderr.rstrip())
    assert done.stderr.startswith("There is no file")


REPORT = """
import sys
from restored.cli import app, console
@app.app.command("report")
def report(path: str):
    console.out.print("Plan     noise · too dark")
    console.fail(f"There is no file “{path}”.")
    console.print_json({"output": path})
    open(path, "wb").close()
sys.exit(app.run(["report", *sys.argv[1:]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_report_never_fails_at_its_letters(tmp_path: Path, encoding: str) -> None:
    """A terminal of another encoding, and a file name that is no text at all: the name must stay what it is."""
    name = os.fsencode(tmp_path) + b"/caf\xe9 \xe5\x86\x99.png"
    command = [sys.executable, "-c", REPORT, name]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, check=False)
    assert done.returncode == 0, done.stderr
    plan, answer = done.stdout.splitlines()
    assert plan.startswith(b"Plan     noise ")
    assert os.fsencode(json.loads(answer)["output"]) == name
    assert b"There is no file" in done.stderr
    assert os.path.exists(name)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_report_that_nobody_can_take_is_no_failure_of_the_work(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", REPORT, str(tmp_path / "o")], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert "What I have to say could not be written" in done.stderr
    assert "Nothing was changed" not in done.stderr


@pytest.mark.slow
def test_a_user_without_a_home_gets_a_reason(tmp_path: Path) -> None:
    """A service's user, mostly; what it runs as has no folder of its own."""
    (tmp_path / "file").touch()
    done = restored("daemon", "start", HOME=str(tmp_path / "none"), RESTORED_RUNTIME_DIR=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "cannot use its folder" in done.stderr


@pytest.mark.slow
def test_a_daemon_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    """Neither a traceback nor an endless wait."""
    program = tmp_path / "restored"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    done = restored("daemon", "start", RESTORED_EXECUTABLE=str(program), RESTORED_RUNTIME_DIR=str(tmp_path / "run"))
    assert done.returncode == 1
    assert "could not start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 130)])
def test_signals_leave_no_half_file(tmp_path: Path, number: int, code: int) -> None:
    """The result is being written when the signal comes."""
    script = tmp_path / "slow.py"
    script.write_text(
        "import sys, time, pathlib\n"
        "from restored.cli import app\n"
        "from restored.io import atomic\n"
        "def slow(*_, **__):\n"
        "    with atomic(pathlib.Path(sys.argv[1])) as file:\n"
        "        file.write(b'half'); file.flush(); print('writing', flush=True); time.sleep(600)\n"
        "app.app.command('slow')(lambda: slow())\n"
        "sys.exit(app.run(['slow']))\n"
    )
    folder = tmp_path / "out"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, script, folder / "x.png"],
        stdout=subprocess.PIPE,
        text=True,
        # a shell's background job, as CI may be, has its children ignore Ctrl+C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    assert len(os.listdir(folder)) == 1
    time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(60) == code
    assert os.listdir(folder) == []
    process.stdout.close()
