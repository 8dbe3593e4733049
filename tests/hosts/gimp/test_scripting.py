"""The procedures as scripts call them, in Python-fu and in Script-fu; the examples are those of docs/scripting.md."""

import re
import subprocess
import textwrap

import pytest
from hostkit import ROOT, inroot_command

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

DOCUMENT = (ROOT / "docs" / "scripting.md").read_text("utf-8")


def examples(kind: str, under: str) -> list[str]:
    """The code blocks of a kind under a heading of the document."""
    section = DOCUMENT.split(f"\n## {under}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{kind}\n(.*?)```", section, re.DOTALL)


def test_the_python_examples_do_what_they_say(gimp, box, shared_daemon):
    one, two = examples("python", "GIMP, Python-fu")
    code = textwrap.indent(one, "") + "\nresult_one = made\n" + two
    setup = """
    image, layer = picture(80, 60)
    write(layer, "R'G'B' u8", bytes(range(240)) * 60)
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(os.path.join(BOX, "photo.png")), None)
    os.chdir(BOX)
    names = dict(globals())
    exec(load("examples.py"), names)
    tell(first=names["result_one"].get_name(), adjusted=recipe(names["result_one"])["strength"],
         files=sorted(name for name in os.listdir(BOX) if name.startswith("photo")))
    """
    (box / "examples.py").write_text(code)
    (fact,) = gimp.batch(box, textwrap.dedent(setup), **shared_daemon.env)
    assert fact == {"first": "remove the noise", "adjusted": 0.5, "files": ["photo-restored.png", "photo.png"]}


def test_what_is_visible_and_what_a_result_was_made_of(gimp, box, shared_daemon):
    code = """
    image, layer = picture(60, 40)
    write(layer, "R'G'B' u8", bytes((10, 20, 30)) * 2400)
    over = Gimp.Layer.new(image, "over", 60, 40, Gimp.ImageType.RGBA_IMAGE, 50.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(over, None, 0)
    write(over, "R'G'B'A u8", bytes((210, 220, 230, 255)) * 2400)
    seen = native(Gimp.Layer.new_from_visible(image, image, "seen"))[:3]
    status, result, error = call(image, procedure=PROCEDURE + "-visible", instruction="remove the noise")
    top = image.get_layers()[0]
    negative = [255 - value for value in native(top)[:3]] == list(seen)
    tell(status=status, error=error, name=top.get_name(), negative=negative, count=len(image.get_layers()))
    status, result, error = call(image, drawables=[top], procedure=PROCEDURE + "-adjust")
    tell(status=status, error=error)
    status, made, error = call(image, drawables=[layer], instruction="remove the noise")
    status, result, error = call(image, drawables=[made], procedure=PROCEDURE + "-adjust", strength=0.5)
    tell(status=status, error=error, pixel=list(native(made)[:3]), strength=recipe(made)["strength"], same=result == made)
    """
    visible, refused, adjusted = gimp.batch(box, textwrap.dedent(code), **shared_daemon.env)
    assert visible == {"status": "success", "error": "", "name": "remove the noise", "negative": True, "count": 3}
    assert refused["status"] == "execution-error"
    assert "no result that can be adjusted" in refused["error"]
    assert adjusted["pixel"] == [128, 128, 128]
    assert (adjusted["status"], adjusted["strength"], adjusted["same"]) == ("success", 0.5, True)


def test_the_script_fu_examples(gimp, box, shared_daemon):
    """Script-fu has an interpreter of its own, so that GIMP needs its plug-in here."""
    (gimp.folder / "others" / "script-fu").unlink(missing_ok=True)
    (gimp.folder / "others" / "script-fu").symlink_to("/usr/lib/x86_64-linux-gnu/gimp/3.0/plug-ins/script-fu")
    (gimp.folder / "others" / "script-fu-interpreter").unlink(missing_ok=True)
    code = "image, layer = picture(80, 60)\nwrite(layer, \"R'G'B' u8\", bytes(range(240)) * 60)\n"
    code += "Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(os.path.join(BOX, 'photo.png')), None)\n"
    gimp.batch(box, code, **shared_daemon.env)
    blocks = examples("scheme", "GIMP, Script-fu")
    assert len(blocks) == 2
    env = gimp.environment(box, shared_daemon.env)
    for block in blocks:
        script = block.replace("photo", str(box / "photo"))
        command = ["gimp-console-3", "--no-interface", "--batch-interpreter=plug-in-script-fu-eval", "-b", script, "--quit"]
        done = subprocess.run(
            inroot_command(gimp.suite, *command, env=env),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=800,
            check=False,
        )
        assert "rror" not in done.stdout.replace("Error code 0", ""), done.stdout + done.stderr
        print(done.stdout, done.stderr)
    assert (box / "photo-brighter.png").is_file()
    assert (box / "photo-larger.png").is_file()


def test_a_report_names_versions_and_no_home(gimp, box, shared_daemon):
    code = """
    found = Gimp.get_pdb().lookup_procedure(PROCEDURE + "-report")
    config = found.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    tell(words=found.run(config).index(1))
    """
    (fact,) = gimp.batch(box, textwrap.dedent(code), **shared_daemon.env)
    assert "host: GIMP 3." in fact["words"]
    assert "device: CPU, in negative" in fact["words"]
    assert "/root" not in fact["words"]
