"""The name of a class or a file means one thing, wherever it stands."""

from pathlib import Path

from tests.sources import FOLDERS, ROOT, modules, source

ADAPTERS = ("gimp/restore_gimp", "krita/restore_with_instruction")


def own_sources() -> list[tuple[str, Path]]:
    """(where it stands, path) of every module of ours, the adapters' too. The two adapters and the small window are one place:
    they have the same widgets for the same jobs, each in its toolkit."""
    found = [
        ("adapter" if name.startswith("restored.window.") else name, path)
        for package in FOLDERS
        for name, path in modules(package).items()
    ]
    for adapter in ADAPTERS:
        found += [("adapter", path) for path in sorted((ROOT / "plugins" / adapter).glob("*.py"))]
    return found


SAME_IDEA = {
    "Region": "a part of a picture: where a step applies, and in GIMP's adapter what of a layer is meant",
    "LightConditioned": "what a family prepares for a job without torch, one a family",
    "ExperimentSettings": "what an experiment of the papers can be told, one an experiment",
}
"""Names of classes that several modules have, and the one thing that each of them means."""


def test_a_class_name_means_one_thing() -> None:
    """Private ones are their module's own business."""
    places: dict[str, set[str]] = {}
    for name, path in own_sources():
        for each in source(path).classes:
            places.setdefault(each, set()).add(name)
    double = {name: sorted(found) for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in double.items() if name not in SAME_IDEA} == {}
    assert SAME_IDEA.keys() == double.keys() & SAME_IDEA.keys(), "an exception that is none any more"


SAME_FILE = {
    "app": "a command with all its verbs",
    "base": "what all of a kind share",
    "blocks": "the blocks that a network is made of",
    "coarse": "coarse to fine",
    "colour": "what is done to colours",
    "config": "a configuration, checked",
    "context": "the frame that shows the whole picture",
    "doctor": "the report of what a restoration needs, and the verb that shows it",
    "echo": "an engine that costs nothing",
    "errors": "kinds of errors",
    "family": "a model family",
    "filling": "holes, filled; and how well",
    "folders": "folders in a user's home",
    "graph": "a network as a graph",
    "jpeg": "JPEG files, and the damage they do",
    "limits": "what can be asked at most",
    "marks": "what seems to be scratched or dusty",
    "masks": "masks",
    "memory": "how much memory there is",
    "model": "a family's model with its weights as arrays",
    "names": "ids, and how a person reads them",
    "network": "a network in torch",
    "openvino": "a network in OpenVINO",
    "optimizer": "how weights are moved in training",
    "options": "options that several verbs have",
    "page": "a page to look at, written by the program",
    "paths": "where things lie",
    "photographs": "photographs to train on, and the verbs for them",
    "pixels": "what a layer's bytes mean",
    "queue": "what waits for its turn",
    "rented": "a machine rented for minutes",
    "report": "how something stands, in words",
    "run": "one job, or one evaluation, from its beginning to its end",
    "searching": "the network that searches for marks: run, measured, trained",
    "signature": "minisign's signatures",
    "talk": "questions to the daemon, and its answers",
    "tasks": "the tasks",
    "tone": "curves of light, and their damage",
    "train": "how a small network that ships was trained",
    "training": "a network's training, and the verbs for it",
    "traits": "what a family's configuration alone tells the engine",
    "wire": "the daemon's end of a socket",
}
"""Names of files that several folders have, and the one thing that each of them means. A file with another meaning has another
name, so that what an import or a search finds is what was looked for."""


def test_a_file_name_means_one_thing() -> None:
    found: dict[str, set[Path]] = {}
    for package in FOLDERS:
        for path in modules(package).values():
            if path.stem not in ("__init__", "__main__"):
                found.setdefault(path.stem, set()).add(path)
    assert {name for name, paths in found.items() if len(paths) > 1} == set(SAME_FILE)
