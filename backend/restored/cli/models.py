"""`restored models`: what is installed, whether it is whole, and bringing in published weights."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from restored.ground.bounded import read_bounded

from . import console
from .options import Json

models = typer.Typer(help="List, check and import models.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The model's name or its folder.")]


@models.command("list")
def list_models(json: Json = False) -> None:
    """List the installed models; the default first."""
    entries = listed()
    if json:
        console.print_json({"models": entries})
        return
    for entry in entries:
        if "error" in entry:
            console.fail(f"{entry['name']}: {entry['error']}")
            continue
        default = "  (default)" if entry["default"] else ""
        facts = f"{', '.join(entry['tasks'])}; {entry['megabytes']:.1f} MB; licence {entry['licence']}"
        console.out.print(Text.assemble((entry["name"], "bold"), default))
        console.out.print(Text(f"    family {entry['family']}; {facts}", style="dim"))


@models.command()
def families(json: Json = False) -> None:
    """List the kinds of networks that are known, with their sizes: parameters, cost per pixel, tasks, what runs them."""
    from restored.models.sizes import sizes

    entries = sizes()
    if json:
        console.print_json({"families": entries})
        return
    for entry in entries:
        console.out.print(Text.assemble((entry["family"], "bold"), f"  runs on {', '.join(entry['runtimes'])}"))
        for preset in entry["presets"]:
            cost = f"{preset['kmacs_per_pixel']:.0f} kMAC per pixel" if preset["kmacs_per_pixel"] else "cost not counted"
            facts = f"{preset['parameters'] / 1e6:.2f} M parameters, {cost}"
            tasks = f"; {preset['parameters_per_task'] / 1e3:.0f} k more per task" if preset["parameters_per_task"] else ""
            console.out.print(Text(f"    {preset['preset']}: {facts}{tasks}", style="dim"))


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
        console.print_json({**facts, "architecture": dict(manifest.architecture)})
        return
    for name, value in facts.items():
        for number, line in enumerate(_lines(value)):
            label = name.replace("_", " ") if number == 0 else ""
            console.out.print(Text.assemble((f"{label:14}", "dim"), line))


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
        raise console.Failure("No model is installed. Install the package again, or import one with “restored models import”.")
    if json:
        console.print_json(
            {"models": [{"name": key, "whole": problem is None, "error": problem} for key, problem in results.items()]}
        )
    else:
        for key, problem in results.items():
            if problem is None:
                console.out.print(f"{key}: every file is as it was made.")
            else:
                console.fail(problem)
    if any(results.values()):
        raise typer.Exit(1)


@models.command("import")
def import_model(
    source: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A model's folder or .zip; or published image weights, im_instructir-7d.pt.")
    ],
    text: Annotated[
        Path | None, typer.Argument(metavar="TEXT_PT", help="Beside those: the published text weights, lm_instructir-7d.pt.")
    ] = None,
    encoder: Annotated[Path | None, typer.Option(help="And the folder of their text encoder, bge-micro-v2.")] = None,
    name: Annotated[str, typer.Option(help="What to call the published pair.")] = "instructir-7d",
    yes: Annotated[bool, typer.Option("--yes", help="Install what is not signed by a key you trust without a question.")] = False,
    json: Json = False,
) -> None:
    """Bring in a model from elsewhere: as numbers, never as a program; after a question unless you trust who signed it."""
    from restored.models.base import ModelError
    from restored.models.manifest import check_name

    check_name(name)
    if text is None and source.suffix.lower() != ".pt":
        _import_bundle(source, yes=yes, json=json)
        return
    if text is None:
        raise ModelError("The published weights are a pair: name the text weights (lm_instructir-7d.pt) as well.")
    from restored.models.instructir.published import import_published

    done = import_published(source, text, encoder, name=name)
    if json:
        console.print_json({"name": done.bundle.name, "folder": str(done.bundle.folder), "warnings": list(done.warnings)})
        return
    console.out.print(f"The model “{done.bundle.name}” is installed in {done.bundle.folder}.")
    for warning in done.warnings:
        console.warn(warning)


def _import_bundle(source: Path, *, yes: bool, json: bool) -> None:
    from restored.models.importing import install, read_foreign
    from restored.models.installed import list_bundles

    foreign = read_foreign(source)
    replaced = foreign.manifest.name in list_bundles()
    if foreign.signed_by is None and not yes:
        question = foreign.question + (" It replaces the one of this name." if replaced else "")
        if not console.asks():
            raise console.Failure(
                question.replace(" Install it?", "") + " Nothing was installed. To install it all the same: --yes"
            )
        if not console.confirmed(question):
            raise console.Failure("Nothing was installed.")
    bundle = install(foreign)
    signed = None if foreign.signed_by is None else foreign.signed_by.name or foreign.signed_by.shown
    if json:
        console.print_json({"name": bundle.name, "folder": str(bundle.folder), "signed_by": signed, "replaced": replaced})
        return
    console.out.print(
        f"The model “{bundle.name}” is installed in {bundle.folder}" + (f", signed by {signed}." if signed else ".")
    )


@models.command()
def trust(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A minisign public key, or the file it lies in.")],
    name: Annotated[str, typer.Option(help="What to call its owner.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without a question.")] = False,
) -> None:
    """Believe a maker of models: what this key signed is installed without a question."""
    from restored.models.importing import keys_folder
    from restored.models.manifest import check_name
    from restored.models.signature import LARGEST, read_key, write_private

    check_name(name)
    path = Path(key)
    try:
        text = read_bounded(path, LARGEST).decode("utf-8", "replace") if os.path.exists(path) else key
    except OSError as error:
        raise console.Failure(f"The key {key} cannot be read: {error.strerror}.") from error
    public = read_key(text, name)
    if not yes:
        question = f"Install every model that the key {public.shown} signed without asking again?"
        if not console.asks() or not console.confirmed(question):
            raise console.Failure(f"The key {public.shown} is not trusted. In a script, --yes answers the question.")
    keys_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        write_private(keys_folder() / f"{name}.pub", f"untrusted comment: {name}\n{public.line()}\n")
    except FileExistsError:
        raise console.Failure(
            f"There is a trusted key called “{name}” already. Choose another name, or delete {keys_folder()}."
        ) from None
    console.out.print(f"The key {public.shown} is trusted as “{name}”.")


@models.command()
def keygen(
    secret: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the secret key goes; the public one goes beside it, .pub.")
    ],
) -> None:
    """Make a key to sign models with."""
    from restored.models.signature import new_key, write_private

    public, content = new_key()
    try:
        write_private(secret, content)
        write_private(
            secret.with_name(secret.name + ".pub"), f"untrusted comment: minisign public key {public.shown}\n{public.line()}\n"
        )
    except OSError as error:
        raise console.Failure(f"The key cannot be written: {error.strerror or error}. Nothing is ever overwritten.") from error
    console.out.print(f"The secret key is {secret}: keep it. The public key is {public.line()}")


@models.command()
def sign(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The model's folder.")],
    key: Annotated[
        Path, typer.Option(metavar="FILE", help="The secret key, made by `restored models keygen` or minisign -G -W.")
    ],
) -> None:
    """Sign a model of yours, so that who trusts your key can install it without a question."""
    from restored.models.bundle import load_bundle
    from restored.models.files import read_manifest
    from restored.models.signature import LARGEST, SIGNATURE
    from restored.models.signature import sign as signature

    bundle = load_bundle(folder)
    try:
        secret = read_bounded(key, LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise console.Failure(f"The key {key} cannot be read: {error.strerror}.") from error
    written = signature(read_manifest(folder), secret, f"{bundle.name} {bundle.manifest.version}")
    (folder / SIGNATURE).write_text(written, "utf-8")
    console.out.print(f"The model “{bundle.name}” is signed: {folder / SIGNATURE}")


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
