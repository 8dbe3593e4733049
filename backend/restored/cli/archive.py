"""`restored archive`: more pictures than one evening or one machine is enough for."""

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from restored.archive import Status
from restored.files import FileOrder

from . import console
from .options import Format, Json, Model, Quality, Recipe, Scale, Strength, ending_of, qualities
from .replaceable import check_report
from .wishes import make_wish

archive = typer.Typer(help="Restore an archive: planned once, worked in shards on as many machines as there are.")

Target = Annotated[str, typer.Argument(metavar="DST", help="The folder of the results, or its address (s3://…).")]


Meant = Annotated[
    str | None,
    typer.Option("--from", metavar="SRC", help="Where the pictures are, for a plan that fetches them elsewhere."),
]


@archive.command("plan")
def plan(
    source: Annotated[str, typer.Argument(metavar="SRC", help="The folder with the photographs, or its address (s3://…).")],
    instruction: Annotated[str | None, typer.Argument(metavar="INSTRUCTION", help="What to do with each of them.")] = None,
    target: Annotated[str | None, typer.Option("--to", metavar="DST", help="Required: where the results go.")] = None,
    format: Format = None,
    quality: Quality = None,
    suffix: Annotated[str, typer.Option(metavar="TEXT", help="What is put behind each name.")] = "",
    on_conflict: Annotated[
        str, typer.Option(metavar="skip|rename|overwrite", help="When a file of another origin is where a result goes.")
    ] = "skip",
    shard: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="Pictures in a shard.")] = 512,
    anew: Annotated[bool, typer.Option("--anew", help="Walk the source again; what is done stays done.")] = False,
    strength: Strength = None,
    scale: Scale = None,
    model: Model = None,
    recipe: Recipe = None,
    json: Json = False,
) -> None:
    """Walk SRC once, and write shards and order under DST/.restored-archive."""
    from restored.archive import plan as make

    if target is None:
        raise typer.BadParameter("Say where the results go, such as: --to restored", param_hint="--to")
    ending = ending_of(format)
    if on_conflict not in ("skip", "rename", "overwrite"):
        raise typer.BadParameter("It is one of: skip, rename, overwrite.", param_hint="--on-conflict")
    work, written = qualities(quality)
    wish = make_wish(instruction, recipe, strength=strength, scale=scale, model=model, quality=work)
    doubt = _doubt(wish)
    name, fingerprint, version = _model(wish)
    with console.progress(f"Walking {source}"):
        order = make(
            source,
            target,
            wish,
            model=name,
            fingerprint=fingerprint,
            version=version,
            ending=ending,
            suffix=suffix,
            quality=written,
            on_conflict=on_conflict,
            shard=shard,
            anew=anew,
        )
    if json:
        said = {"pictures": order.pictures, "shards": order.shards, "model": name, "left_alone": list(order.left_alone)}
        said["doubt"] = doubt
        console.print_json(said)
        return
    shards = "one shard" if order.shards == 1 else f"{order.shards:,} shards"
    pictures = "One picture" if order.pictures == 1 else f"{order.pictures:,} pictures"
    console.out.print(Text.assemble((pictures, "bold"), f" in {shards}, for {target}"))
    for sentence in (*order.left_alone, *([doubt] if doubt else ())):
        console.warn(sentence)


@archive.command("work")
def work(
    target: Target,
    shard: Annotated[int, typer.Option(metavar="K", min=0, help="Which shard, from 0.")],
    source: Meant = None,
    json: Json = False,
) -> None:
    """Work one shard in this process. Killed at any moment, the next run goes on where it was."""
    from restored.archive import Workbench

    bench = Workbench()
    try:
        with console.interruptible() as stop, console.progress(f"Shard {shard}"):
            report = bench.work(target, shard, source=_meant(target, source), cancelled=stop)
    finally:
        bench.close()
    if json:
        console.print_json({name: getattr(report, name) for name in report.__slots__})
    else:
        words = f"Shard {shard}: {report.done} done, {report.earlier} done earlier, {report.errors} failed."
        console.out.print(Text(words))
    if report.errors:
        raise typer.Exit(1)


@archive.command("run")
def run(
    target: Target,
    engine: Annotated[str, typer.Option(metavar="local|dask|ray", help="What runs the shards.")] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of a scheduler that runs; without one, workers of this machine.")
    ] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", min=1, help="How many workers of this machine.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(metavar="FILE", help="For tls://: who signed its certificate.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="For tls://: this machine's certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="For tls://: its key.")] = None,
    source: Meant = None,
    leave_errors: Annotated[bool, typer.Option("--leave-errors", help="Do not try again what failed before.")] = False,
    json: Json = False,
) -> None:
    """Work everything that is left, on workers of this machine or of a cluster."""
    from restored.archive.running import ENGINES
    from restored.archive.running import run as work_all
    from restored.archive.shard_workers import Place

    if engine not in ENGINES:
        raise typer.BadParameter(f"The engine is one of: {', '.join(ENGINES)}.", param_hint="--engine")
    files = {"ca": tls_ca, "cert": tls_cert, "key": tls_key}
    tls = {name: str(path) for name, path in files.items() if path is not None}
    place = Place(engine=engine, address=address, workers=workers, tls=tls, source=_meant(target, source))
    with console.progress("Starting the workers", quiet=json) as show:
        end = work_all(target, place, retry=not leave_errors, tell=lambda now: show(_fraction(now), now.sentence()))
    _tell(end, json)
    if end.errors:
        raise typer.Exit(1)


@archive.command("status")
def status(target: Target, json: Json = False) -> None:
    """How far it is."""
    from restored.archive import status as look

    _tell(look(target), json)


@archive.command("report")
def report(
    target: Target,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.jsonl", help="A line of JSON about each picture tried."),
    ] = None,
    json: Json = False,
) -> None:
    """Merge what the shards recorded: all pictures into a file, and what failed onto the screen."""
    from restored.archive import status as look
    from restored.archive.report import rows
    from restored.io import atomic

    if output is not None:
        check_report(output, "name")
    failed: list[dict[str, Any]] = []
    now = look(target)
    if output is None:
        failed = [row for row in rows(target) if "error" in row]
    else:
        with atomic(output.absolute()) as file:
            for row in rows(target):
                row.pop("hash", None)
                file.write(jsonlib.dumps(row, ensure_ascii=True).encode() + b"\n")
                failed += [row] if "error" in row else []
    if json:
        console.print_json({**_numbers(now), "failed": [{"name": row["name"], "error": row["error"]} for row in failed]})
        return
    _tell(now, json)
    for row in failed[:50]:
        console.fail(f"{row['name']}: {row['error']}")
    if len(failed) > 50:
        console.warn(f"{len(failed) - 50:,} more failed: -o FILE.jsonl writes them all.")


def _meant(target: str, source: str | None) -> str | None:
    """Where the user says the pictures are; asked, where there is somebody to ask and the plan fetches them from elsewhere."""
    from restored.archive.archive_order import ArchiveOrder
    from restored.archive.boundaries import may_read
    from restored.archive.trees import Tree

    said = ArchiveOrder.read(Tree(target)).source
    if may_read(said, target, source) or not console.asks():
        return source
    return said if console.confirmed(f"This plan has its pictures fetched from “{said}”. Is that where they are?") else source


def _tell(now: Status, json: bool) -> None:
    if json:
        console.print_json(_numbers(now))
    else:
        console.out.print(Text(now.sentence()))


def _numbers(now: Status) -> dict[str, int]:
    names = ("pictures", "done", "errors", "waiting", "shards", "complete")
    return {name: getattr(now, name) for name in names}


def _fraction(now: Status) -> float:
    return (now.done + now.errors) / max(now.pictures, 1)


def _doubt(wish: FileOrder) -> str | None:
    """A sentence where the words ask for nothing that can be done: a hundred thousand pictures are many to learn it from. None
    also where only a picture can tell ("fix it"). Raises a usage error for no words at all."""
    from restored.instruction import explain

    if wish.plan is not None or wish.instruction is None:
        return None
    plan = explain(wish.instruction)
    if plan.reason == "empty":
        raise typer.BadParameter(plan.message, param_hint="INSTRUCTION")
    if plan.steps or plan.scale or wish.scale != 1 or plan.reason in (None, "not_understood"):
        return None
    return f"{plan.message} As it is planned, every picture would be copied as it is; to plan something else, add --anew."


def _model(wish: FileOrder) -> tuple[str, str, str]:
    """Name and fingerprint of the model that this machine would take, and the version of restored."""
    from restored.ground.versions import version
    from restored.models.bundle import load_bundle
    from restored.models.installed import default_bundle

    bundle = load_bundle(wish.model or default_bundle())
    return bundle.manifest.name, bundle.fingerprint, version()
