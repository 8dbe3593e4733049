"""`restored-train papers`: the two papers' claims, how they are tested, and what came of it."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from .options import console

papers = typer.Typer(no_args_is_help=True, help="The two papers' claims at a size that fits: list, run, report.")

Experiment = Literal["elementary", "instructed", "encoders", "diffusion", "nine"]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@papers.command("list")
def list_tables(
    as_json: Json = False,
    results: Annotated[Path | None, typer.Option(help="Folder of results; default: training/results/papers.")] = None,
) -> None:
    """List the tables: what each compares, its command, whether it was measured, and the verdicts."""
    from ..papers.judging import read_results, tables
    from ..papers.left_out import left_out

    found = tables(results)
    left_ones = left_out(read_results(results))
    if as_json:
        print(json.dumps({"tables": found, "left_out": left_ones}, ensure_ascii=False))
        return
    for table in found:
        number = table["table"] if table["table"].startswith("Figure") else f"Table {table['table']}"
        print(f"{table['paper']}, {number}: {table['title']} ({table['state']}; {table['command']})")
        for claim in table["verdicts"]:
            interval = _interval(claim)
            print(f"    {claim['verdict']}: {claim['says']}{interval}")
    for left in left_ones:
        print(f"{left['paper']}, {left['table']}: {left['state']}, because {left['why']}")


def _interval(claim: dict[str, Any]) -> str:
    found = claim["full"]
    if found is None:
        return f" ({claim['facts']})" if claim["facts"] else ""
    return f" ({found['mean']:+.3f} dB, {found['low']:+.3f} to {found['high']:+.3f})"


@papers.command("pack")
def pack_crops(
    out: Annotated[Path, typer.Argument(help="Folder for the two archives.")],
    photographs: Annotated[list[Path] | None, typer.Option(help="Folders of photographs; default: those of ../shared.")] = None,
    words: Annotated[bool, typer.Option(help="Also the sentences' vectors (takes minutes).")] = True,
    sentences: Annotated[int, typer.Option(help="Sentences to train on, per task.")] = 200,
    quality: Annotated[int | None, typer.Option(help="Crops to train on as JPEG of this quality, to be carried away.")] = None,
) -> None:
    """Pack crops of the free photographs, and the sentences' vectors by each encoder: all that the experiments read."""
    from ..data.paths import shared
    from ..papers import crop_archive
    from ..papers.sentence_vectors import build, encoders, file_of

    out.mkdir(parents=True, exist_ok=True)
    folders = photographs or [shared() / "data" / "train" / name for name in ("free", "free-2")]
    packed = crop_archive.build(folders)
    packed.save(out / "papers-crops.npz", quality)
    console.print(f"Wrote {len(packed.train)} crops to train on and {len(packed.test)} kept-out ones.")
    if words:
        for name, encode in encoders().items():
            build(encode, sentences).save(file_of(out / "papers-words.npz", name))
        console.print("Wrote the sentences' vectors.")


@papers.command("run")
def run_experiment(
    experiment: Annotated[Experiment, typer.Argument(help="Which one; “list” says which tables it is for.")],
    crops: Annotated[Path, typer.Option(help="Archive of crops, from “papers pack”.")] = Path("papers/papers-crops.npz"),
    words: Annotated[Path, typer.Option(help="Archive of sentences' vectors, from “papers pack”.")] = Path(
        "papers/papers-words.npz"
    ),
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: training/results/papers.")] = None,
    settings: Annotated[Path | None, typer.Option(help="The run file; default: training/runs/papers/EXPERIMENT.json.")] = None,
    device: str = "cpu",
    minutes: Annotated[
        float | None, typer.Option(help="Train only so long (“elementary”: arm by arm), then measure what there is.")
    ] = None,
    keep: Annotated[Path, typer.Option(help="Folder where what was trained waits for a resumed run.")] = Path("runs/papers"),
) -> None:
    """Train and measure one experiment; stopped and started again, it goes on where it was (on a GPU it takes minutes, and begins
    anew)."""
    from ..papers.judging import claims_file, results_folder
    from ..papers.one_experiment import run

    file = settings or claims_file().with_name(f"{experiment}.json")
    changes = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    place = out or results_folder()
    found = run(
        experiment,
        crops,
        words,
        changes,
        device,
        keep=keep,
        minutes=minutes,
        tell=lambda line: console.print(line, highlight=False),
    )
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{experiment}.json").write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"Wrote {place / f'{experiment}.json'}.")
    if experiment == "elementary" and (keep / "elementary.pt").exists():
        _toy(keep / "elementary.pt", place)


def _toy(weights: Path, place: Path) -> None:
    """The toy bundle among the results, where its arm was trained."""
    from ..papers.elementary_bundle import TOY, bundle_of

    bundle = bundle_of(weights, place / TOY)
    if bundle is not None:
        console.print(f"Wrote the bundle “{bundle.name}”.")


@papers.command("unpack")
def unpack(
    archives: Annotated[list[Path], typer.Argument(help="What a rented GPU sent back: papers-0.zip, papers-1.zip.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: training/results/papers.")] = None,
    weights: Annotated[Path, typer.Option(help="Folder for the weights.")] = Path("runs/papers"),
) -> None:
    """Put a rented GPU's results where the report reads them, its weights beside, and the toy bundle among the results."""
    import zipfile

    from ..papers.judging import results_folder

    place = out or results_folder()
    place.mkdir(parents=True, exist_ok=True)
    weights.mkdir(parents=True, exist_ok=True)
    for archive in archives:
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                (place if name.endswith(".json") else weights).joinpath(Path(name).name).write_bytes(packed.read(name))
                console.print(f"{archive.name}: {name}")
    if (weights / "elementary.pt").exists():
        _toy(weights / "elementary.pt", place)


@papers.command("beside")
def set_beside(
    evaluated: Annotated[
        Path, typer.Argument(help="What “evaluate BUNDLE --json” wrote, of as many pictures as there was time for.")
    ],
    shipped: Annotated[Path | None, typer.Option(help="That of the bundle that ships; default: in training/results.")] = None,
    results: Annotated[Path | None, typer.Option(help="Folder of results; default: training/results/papers.")] = None,
) -> None:
    """Keep a bundle's figures beside those of the one that ships, set by set, for the report."""
    from restored.models.registry import DEFAULT_BUNDLE

    from ..evaluation.run import read_results
    from ..papers.bench_tables import beside
    from ..papers.judging import results_folder

    theirs = shipped or results_folder().with_name(f"{DEFAULT_BUNDLE}.json")
    found = beside(read_results(evaluated), read_results(theirs))
    place = (results or results_folder()) / "beside.json"
    place.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"Wrote {place}.")


@papers.command("sheet")
def sheet(
    out: Annotated[Path | None, typer.Option(help="The picture; default: docs/papers/sequences.jpg.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Its figures; default: sequences.json among the results.")] = None,
) -> None:
    """InstructIR's Figure 6 with the model that ships: one instruction after another, beside the same wish in one sentence."""
    import numpy as np

    from restored import restore

    from ..data.paths import repository
    from ..papers.judging import results_folder
    from ..papers.sequences import sequences

    found = sequences(repository() / "examples", lambda picture, words: np.asarray(restore(picture, words).image))
    place = out or repository() / "docs" / "papers" / "sequences.jpg"
    place.parent.mkdir(parents=True, exist_ok=True)
    found.sheet.save(place, quality=88)
    numbers = figures or results_folder() / "sequences.json"
    numbers.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(f"Wrote {place} and {numbers}.")


@papers.command("fills")
def measure_fills(
    crops: Annotated[Path, typer.Option(help="Archive of crops, from “papers pack”.")] = Path("papers/papers-crops.npz"),
    results: Annotated[Path | None, typer.Option(help="Folder of results; default: training/results/papers.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="diffusion.pt, as a rented GPU sent it back: also draw some of its samples beside.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="That picture; default: docs/papers/fills.jpg.")] = None,
) -> None:
    """What the product makes of the holes of Instruct-IPT's Table 8, which the diffusion U-Net fills."""
    import numpy as np

    from restored import engine
    from restored.instruction.plan import Plan

    from ..data.paths import repository
    from ..papers.crop_archive import Crops
    from ..papers.judging import results_folder
    from ..papers.product_fills import product_fills

    def fill(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
        return np.asarray(engine.run(picture, Plan.of("inpaint"), holes=hole).image)

    found = product_fills(Crops.load(crops), fill)
    numbers = (results or results_folder()) / "fills.json"
    numbers.write_text(json.dumps(found.to_dict(), ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"Wrote {numbers}.")
    if weights is not None:
        import torch

        trained = torch.load(weights, map_location="cpu", weights_only=True)
        own = {name.split("/", 1)[1]: value.float() for name, value in trained.items() if name.startswith("synchronous/")}
        place = out or repository() / "docs" / "papers" / "fills.jpg"
        found.sheet(own).save(place, quality=90)
        console.print(f"Wrote {place}.")


@papers.command("report")
def report(
    results: Annotated[Path | None, typer.Option(help="Folder of results; default: training/results/papers.")] = None,
    page: Annotated[Path | None, typer.Option(help="The page; default: docs/papers.md, plots beside it.")] = None,
    as_json: Json = False,
) -> None:
    """Write the page that sets our figures beside the papers', claim by claim, from the results and the claims as committed."""
    from ..data.paths import repository
    from ..papers.judging import read_results, tables
    from ..papers.page import write_page

    place = page or repository() / "docs" / "papers.md"
    write_page(place, read_results(results), tables(results))
    if as_json:
        print(json.dumps({"page": str(place), "tables": tables(results)}, ensure_ascii=False))
    console.print(f"Wrote {place}.")
