"""The adapters are built alike: the same file name for the same job, so that who knows one of them knows the other."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"gimp": ROOT / "plugins/gimp/restore_gimp", "krita": ROOT / "plugins/krita/restore_with_instruction"}
THIRD = ROOT / "backend/restored/window"
"""The small window: a host of its own, on the same desk, without an image program around it."""

BOTH = {
    "__init__": "what the folder is",
    "asking": "the desk's Requests: plans, previews, places",
    "capture": "from a layer to what a job takes along",
    "chips": "the plan as chips",
    "clipboard": "what is copied as text",
    "crops": "what of a layer is on show: its pixels, and checksums of them",
    "entries": "how the program starts us",
    "field": "the field for the instruction",
    "filling": "what field and desk are filled with: presets, recipes, what was asked last",
    "finish": "where a result goes, and what is said of it",
    "guicalls": "from a worker's thread into the program's own",
    "headless": "a restoration without a window, for scripts",
    "help": "the manual",
    "inputs": "what is restored: a layer, several, what is visible, all open pictures",
    "joblist": "the queue as the user sees it",
    "jobs": "the queue, and its work",
    "lastvalues": "what was chosen last, in the program's own settings",
    "layers": "which layers can be restored; a sentence for those that cannot",
    "looking": "how before and after are shown",
    "miniature": "a layer, or a part of it, small",
    "oncanvas": "the preview on the program's own canvas",
    "opening": "how large the window is at first, and where",
    "options": "strength, size, where the result goes",
    "origin": "the line for a layer that is a result",
    "pixels": "the program's pixels and the wire's",
    "places": "where a step applies",
    "placing": "from what came back to a layer, one undo step",
    "presetfiles": "presets into a file, and out of one",
    "preview": "the picture before and after",
    "recall": "earlier instructions and presets",
    "recipes": "how a layer was made, noted on it",
    "restoring": "from the button to the job",
    "saying": "what became of the last press",
    "sending": "captured pixels to the daemon, and the result back",
    "showing": "pixels as 8 bit sRGB, for the screen",
    "status": "what stands at the bottom",
    "target": "which layer it is about",
    "watching": "keeps the preview at the layer",
    "window": "puts the pieces together",
    "words": "translated words",
}

OWN = {
    "gimp": {
        "navigator": "GIMP's window is no docker: it has room for the whole layer, small",
        "pieces": "GIMP's calls belong to one thread, so long work is done in pieces of its idle time",
        "popping": "GTK cuts popovers off at the window; Qt's are windows of their own, which `opening` keeps on the screen",
        "question": "the window's top: a docker has no headline",
        "recallrow": "GTK has no list item with buttons",
        "refused": "the procedure may be called on what cannot be restored; a docker says so in itself",
        "remark": "with a button, which Krita's remark has in its chips' menu",
        "seen": "only GIMP has live filters, which a layer's own pixels lack",
        "settings": "GIMP's dialogs have a button for saved settings and Reset",
        "several": "one window for several pictures; Krita's docker outlives its jobs",
        "shell": "a dialog with buttons; Krita makes the docker",
        "telling": "a window of a process of its own tells the tests what it shows; Krita's tests look",
        "theme": "GTK's style sheet",
        "tools": "procedures about the engine; Krita has actions",
        "trace": "where `telling` writes to",
        "twins": "a copy of a layer GIMP draws itself has to be filled by hand",
    },
    "krita": {
        "activating": "Krita makes a new layer active some time after it came",
        "bar": "Qt has no slider that says what it sets",
        "colour": "Krita converts colours only in documents",
        "connection": "the queue's own line: a docker outlives its daemon",
        "contrast": "Krita's themes have no colour for a warning that can be read in all of them",
        "enlarged": "a docker is too small for a large preview",
        "failure": "the docker that stands in when ours could not load; GIMP says so itself",
        "finding": "a place found in all of a layer is a job of the queue",
        "following": "Krita announces no change of the active layer",
        "frames": "animation",
        "graycurve": "Qt 5 knows no gray profiles",
        "icons": "Krita's icons follow its theme by name",
        "layerjob": "a job outlives the layer's being active",
        "movedcrop": "Krita's bytes become the screen's in Python; GIMP's own colour engine does it there",
        "layout": "Qt has no column that scrolls in part",
        "learning": "what is kept of a job that ends long after its press; GIMP's window ends with its job",
        "lists": "before Krita 6 nobody owns what its lists hold",
        "nodes": "Krita's objects are made anew at every call: who a layer is",
        "noted": "a document's notes may be anybody's",
        "outputs": "Krita versions differ in where a result can go",
        "painting": "what Qt paints over pictures",
        "qt": "Qt 5 or 6",
        "screens": "docker or canvas",
        "sentence": "Qt has no label for whole sentences",
        "spoken": "what Qt 5 tells a screen reader of closed lists",
        "steps": "Krita's history makes two steps of an exchange",
        "turns": "Krita lets events through in the middle of calls",
    },
}
"""Jobs that only one of them has, and why."""


@pytest.mark.parametrize("host", FOLDERS)
def test_the_same_job_has_the_same_file_name(host: str) -> None:
    """A new file is a job that both have, or one that the other needs not: then the reason stands above."""
    files = {path.stem for path in FOLDERS[host].glob("*.py")}
    assert files == BOTH.keys() | OWN[host].keys()


def test_what_is_one_hosts_own_is_not_the_others() -> None:
    assert not OWN["gimp"].keys() & OWN["krita"].keys()
    assert not BOTH.keys() & (OWN["gimp"].keys() | OWN["krita"].keys())


@pytest.mark.parametrize("host", FOLDERS)
def test_a_file_of_an_adapter_holds_one_idea(host: str) -> None:
    long = {path.name: lines for path in FOLDERS[host].glob("*.py") if (lines := len(path.read_text("utf-8").splitlines())) > 300}
    assert not long
    assert not [path.name for path in FOLDERS[host].glob("*.py") if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]


def test_a_third_host_is_small() -> None:
    """CONTRIBUTING promises it: what is not widgets and pixels is the desk's."""
    assert sum(len(path.read_text("utf-8").splitlines()) for path in THIRD.glob("*.py")) < 800
