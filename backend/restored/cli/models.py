"""`restored models`: what is installed, whether it is whole, and bringing in published weights."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from . import say
from .options import Json

models = typer.Typer(help="List, check and import models.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The model's name or its folder.")]


@models.command("list")
def list_models(json: Json = False) -> None:
    """List the installed models; the default first."""
    entries = listed()
    if json:
        say.print_json({"models": entries})
        return
    for entry in entries:
        if "error" in entry:
            say.fail(f"{entry['name']}: {entry['error']}")
            continue
        default = "  (default)" if entry["default"] else ""
        facts = f"{', '.join(entry['tasks'])}; {entry['megabytes']:.1f} MB; licence {entry['licence']}"
        say.out.print(Text.assemble((entry["name"], "bold"), default))
        say.out.print(Text(f"    family {entry['family']}; {facts}", style="dim"))


@models.command()
def families(json: Json = False) -> None:
    """List the kinds of networks that are known, with their sizes: parameters, cost per pixel, tasks, what runs them."""
    from restored.models.sizes import sizes

    entries = sizes()
    if json:
        say.print_json({"families": entries})
        return
    for entry in entries:
        say.out.print(Text.assemble((entry["family"], "bold"), f"  runs on {', '.join(entry['runtimes'])}"))
        for preset in entry["presets"]:
            cost = f"{preset['kmacs_per_pixel']:.0f} kMAC per pixel" if preset["kmacs_per_pixel"] else "cost not counted"
            facts = f"{preset['parameters'] / 1e6:.2f} M parameters, {cost}"
            tasks = f"; {preset['parameters_per_task'] / 1e3:.0f} k more per task" if preset["parameters_per_task"] else ""
            say.out.print(Text(f"    {preset['preset']}: {facts}{tasks}", style="dim"))


@models.command()
def info(name: Name, json: Json = False) -> None:
    """Show what a model is, what it was trained on and how good it is."""
    from restored.models.bundle import load_bundle

    bundle = load_bundle(name)
    manifest = bundle.manifest
    facts = {
        "name": manifest.name,
        "version": manifest.version,
        "family": manifest.family,
        "tasks": list(manifest.tasks),
        "licence": manifest.licence,
        "training_data": manifest.training_data,
        "metrics": dict(manifest.metrics),
        "sha256": bundle.fingerprint,
        "files": dict(manifest.files),
        "folder": str(bundle.folder),
    }
    if json:
        say.print_json({**facts, "architecture": dict(manifest.architecture)})
        return
    for name, value in facts.items():
        for number, line in enumerate(_lines(value)):
            label = name.replace("_", " ") if number == 0 else ""
            say.out.print(Text.assemble((f"{label:14}", "dim"), line))


@models.command()
def verify(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One model; all when left out.")] = None, json: Json = False
) -> None:
    """Check every file of the installed models against its sha256."""
    from restored.models.base import ModelError
    from restored.models.bundle import load_bundle
    from restored.models.installed import list_bundles

    results: dict[str, str | None] = {}
    for each in [name] if name else list_bundles():
        try:
            load_bundle(each)
            results[each] = None
        except ModelError as error:
            results[each] = str(error)
    if not results:
        raise say.Failure("No model is installed. Install the package again, or import one with “restored models import”.")
    if json:
        say.print_json(
            {"models": [{"name": key, "whole": problem is None, "error": problem} for key, problem in results.items()]}
        )
    else:
        for key, problem in results.items():
            if problem is None:
                say.out.print(f"{key}: every file is as it was made.")
            else:
                say.fail(problem)
    if any(results.values()):
        raise typer.Exit(1)


@models.command("import")
def import_model(
    image: Annotated[Path, typer.Argument(metavar="IMAGE_PT", help="The published image weights, im_instructir-7d.pt.")],
    text: Annotated[Path, typer.Argument(metavar="TEXT_PT", help="The published text weights, lm_instructir-7d.pt.")],
    encoder: Annotated[Path | None, typer.Option(help="Folder of their text encoder, bge-micro-v2.")] = None,
    name: Annotated[str, typer.Option(help="What to call the model.")] = "instructir-7d",
    json: Json = False,
) -> None:
    """Turn InstructIR's published pair of .pt files into a model. They are read as numbers only, never as programs."""
    from restored.models.instructir.published import import_published

    done = import_published(image, text, encoder, name=name)
    if json:
        say.print_json({"name": done.bundle.name, "folder": str(done.bundle.folder), "warnings": list(done.warnings)})
        return
    say.out.print(f"The model “{done.bundle.name}” is installed in {done.bundle.folder}.")
    for warning in done.warnings:
        say.warn(warning)


def listed() -> list[dict[str, Any]]:
    """Every installed model in a few facts, the default first; a damaged one with its `error`."""
    from restored.models.base import ModelError
    from restored.models.bundle import load_bundle
    from restored.models.installed import survey

    entries: list[dict[str, Any]] = []
    for number, model in enumerate(survey()):
        name, folder = model.name, model.folder
        try:
            if model.problem is not None:
                raise ModelError(model.problem)
            manifest = load_bundle(name).manifest
        except ModelError as error:
            entries.append({"name": name, "default": False, "error": str(error)})
            continue
        size = sum((folder / file).stat().st_size for file in manifest.files)
        entries.append(
            {
                "name": name,
                "default": number == 0,
                "version": manifest.version,
                "family": manifest.family,
                "tasks": list(manifest.tasks),
                "licence": manifest.licence,
                "megabytes": round(size / 1e6, 2),
            }
        )
    return entries


def _lines(value: Any) -> list[str]:
    """A fact as lines for a person: figures in a table's order, one thing per line."""
    if isinstance(value, dict):
        lines = []
        for key, inner in value.items():
            nested = isinstance(inner, dict) and any(isinstance(each, dict) for each in inner.values())
            lines += _lines(inner) if nested else [f"{key}: {_words(inner)}"]
        return lines or ["none"]
    return [_words(value)]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
