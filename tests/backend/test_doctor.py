"""The doctor looks at everything, survives what is broken, and gives no secrets away."""

import getpass
import json
import platform
from pathlib import Path

import pytest

from restored import doctor
from restored.cli import app


def about(findings: list[doctor.Finding], what: str) -> list[doctor.Finding]:
    return [finding for finding in findings if finding.about == what]


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon of anybody's, no hosts of anybody's."""
    for name in ("RESTORED_RUNTIME_DIR", "RESTORED_DATA_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_every_part_is_looked_at() -> None:
    told: list[str] = []
    findings = doctor.examine(told.append)
    assert {finding.about for finding in findings} == {"installation", "machine", "device", "models", "daemon", "plug-ins"}
    assert len(told) == 7
    (daemon,) = about(findings, "daemon")
    assert (daemon.state, daemon.sentence) == ("ok", "not running; it starts when it is needed")
    (plugins,) = about(findings, "plug-ins")
    assert plugins.state == "note"


def test_what_is_broken_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "RESTORED_DATA_DIR" / "bundles" / "mine"
    broken.mkdir(parents=True)
    (broken / "bundle.json").write_text("{")

    def explode():
        raise ZeroDivisionError("no")
        yield

    monkeypatch.setattr(doctor, "_machine", explode)
    findings = doctor.examine()
    assert about(findings, "machine")[0].state == "bad"
    assert any(finding.state == "bad" and "bundle.json" in finding.sentence for finding in about(findings, "models"))


def test_a_plug_in_that_is_not_installed_says_how(tmp_path: Path) -> None:
    (tmp_path / "XDG_CONFIG_HOME" / "GIMP" / "3.0").mkdir(parents=True)
    (finding,) = about(doctor.examine(), "plug-ins")
    assert "restored plugins install gimp" in finding.sentence


def test_names_of_people_machines_and_secrets_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jane")
    monkeypatch.setattr(getpass, "getuser", lambda: "jane")
    monkeypatch.setattr(platform, "node", lambda: "janes-laptop")
    report = {
        "token": "s3cret",
        "connection": {"auth_token": "s3cret", "file": "/home/jane/.cache/x", "nothing": None},
        "list": ["/run/user/jane/restored", "on janes-laptop", 5],
        "word": "janet is somebody else",
    }
    said = doctor.redacted(report)
    assert "s3cret" not in json.dumps(said)
    assert said["connection"]["file"] == "~/.cache/x"
    assert said["list"] == ["/run/user/…/restored", "on …", 5]
    assert said["word"] == "janet is somebody else"


def test_the_command_prints_one_object(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    healthy = [doctor.Finding("models", "ok", "fine", {"folder": str(Path.home() / "x")})]
    monkeypatch.setattr(doctor, "examine", lambda tell: healthy)
    assert app.run(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"][0]["facts"]["folder"] == "~/x"
    healthy.append(doctor.Finding("daemon", "bad", "It does not answer."))
    assert app.run(["doctor"]) == 1
    assert "It does not answer." in capsys.readouterr().out


def test_paired_machines_are_counted_and_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from restored.studio.book import Guest, Guests, Machine, Machines

    monkeypatch.setenv("RESTORED_CONFIG_DIR", str(tmp_path))
    assert list(doctor._studio()) == []
    Machines().add(Machine("attic", "a" * 40, "192.0.2.7", 47340))
    (finding,) = doctor._studio()
    assert (finding.state, finding.facts["restore for this one"]) == ("ok", 1)
    Guests().add(Guest("desk", "b" * 40))
    (finding,) = doctor._studio()
    assert finding.state == "note"
    assert "serve --listen" in finding.sentence
    assert not [word for word in ("attic", "desk", "192.0.2.7") if word in str(finding)]


@pytest.mark.parametrize("raised", [OSError("libcudart.so.12: cannot open shared object file"), ValueError("bad marshal data")])
def test_a_pytorch_that_does_not_load_is_said_and_the_processor_computes(monkeypatch, raised: Exception) -> None:
    from restored.engine.machine import devices

    def fail(name: str) -> None:
        raise raised

    monkeypatch.setattr(doctor, "import_module", fail)
    monkeypatch.setattr(doctor, "find_spec", lambda name: object())
    (finding,) = doctor._device()
    assert finding.state == "bad"
    assert "the processor computes" in finding.sentence
    monkeypatch.setattr(devices.importlib, "import_module", fail)
    monkeypatch.setattr(devices, "_torch_installed", lambda: True)
    monkeypatch.setattr(devices, "_nvidia_driver", lambda: True)
    assert devices._gpus(asked=False) == (False, False)
    assert "does not load" in devices._no_gpu()
