"""Pictures of what a model learned."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Photographs, console

analyse = typer.Typer(no_args_is_help=True, help="Pictures of what a model learned.")


@analyse.command("rank")
def analyse_rank(
    subject: Annotated[str, typer.Argument(help="A bundle or checkpoint; without --finetuned, of a network with task biases.")],
    task: Annotated[str, typer.Option(help="Whose biases to look at.")] = "denoise",
    finetuned: Annotated[Path | None, typer.Option(help="A checkpoint of the same network: analyse the change instead.")] = None,
    out: Path = Path("rank.png"),
) -> None:
    """Rank energy of a task's biases (or of the change to a finetuned network), constant against proportional rank."""
    from ..analyses.material import network_of, network_with_biases
    from ..analyses.rank import finetuning_deltas, plot_rank, task_deltas
    from ..data.paths import known_task
    from ..evaluation.subjects import model_of_checkpoint

    if finetuned is not None:
        deltas = finetuning_deltas(network_of(subject).state_dict(), model_of_checkpoint(finetuned).state_dict())
        plot_rank(deltas, "change by finetuning").save(out)
    else:
        model = network_with_biases(subject)
        plot_rank(task_deltas(model, known_task(task)), f"biases of {task}").save(out)
    console.print(f"Wrote {out}.")


@analyse.command("layers")
def analyse_layers(
    subject: Annotated[str, typer.Argument(help="A bundle or checkpoint; without --finetuned, of a network with task biases.")],
    finetuned: Annotated[Path | None, typer.Option(help="A checkpoint of the same network: compare with it instead.")] = None,
    out: Path = Path("layers.png"),
) -> None:
    """Layer sensitivity: how far each task moves each layer's weights (cosine similarity to the general weights), and how
    large each task's biases are beside the general weights and those weights' jitter."""
    from ..analyses.layer_sensitivity import bias_sizes, jitter, layer_change, plot_layers, task_change
    from ..analyses.material import network_of, network_with_biases
    from ..evaluation.subjects import model_of_checkpoint
    from ..runs import checkpoint

    if finetuned is not None:
        change = layer_change(network_of(subject).state_dict(), model_of_checkpoint(finetuned).state_dict())
        plot_layers({name: {"finetuned": value} for name, value in change.items()}, "cosine similarity").save(out)
        console.print(f"Wrote {out}.")
        return
    model = network_with_biases(subject)
    plot_layers(task_change(model), "cosine similarity to the general weight").save(out)
    print("biases / general weights: " + ", ".join(f"{task} {size:.3f}" for task, size in bias_sizes(model).items()))
    if subject.endswith(".pt"):
        print(f"general weights' distance from their running average: {jitter(checkpoint.load(Path(subject))):.3f}")
    console.print(f"Wrote {out}.")


@analyse.command("effect")
def analyse_effect(
    subject: Annotated[str, typer.Argument(help="A bundle or checkpoint whose network has biases per task.")],
    photographs: Photographs = None,
    count: Annotated[int, typer.Option(min=1, help="Patches per task, of kept-out photographs.")] = 24,
    out: Path = Path("effect.png"),
) -> None:
    """What each layer's task bias is worth: PSNR lost when that one layer keeps its general weight."""
    from ..analyses.layer_sensitivity import effects, plot_layers
    from ..analyses.material import network_with_biases
    from ..data.paths import photograph_folder
    from ..data.photographs import PhotoSet

    model = network_with_biases(subject)
    photos = PhotoSet(photograph_folder(photographs), "heldout", longest=1024)
    plot_layers(effects(model, photos.images, count), "dB lost without the layer's own bias").save(out)
    console.print(f"Wrote {out}.")


@analyse.command("instructions")
def analyse_instructions(
    out: Path = Path("instructions.png"),
    count: Annotated[int, typer.Option(min=5, help="Sentences per task.")] = 60,
    seed: int = 0,
) -> None:
    """t-SNE of instructions: the frozen encoder's raw embedding against the trained projection."""
    from ..analyses.embeddings import embedding_picture
    from ..analyses.material import sample_sentences, text_spaces

    image, purity = embedding_picture(sample_sentences(count, seed), text_spaces(), seed=seed)
    image.save(out)
    console.print(", ".join(f"{name}: {share:.1%}" for name, share in purity.items()) + f". Wrote {out}.")
