"""The space of instructions: the frozen encoder's sentences against the trained projection (InstructIR, Fig. 3), by t-SNE."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image

from restored.instruction.tasks import Task

from ..report.curves import to_image

Embed = Callable[[Sequence[str]], np.ndarray]


def embedding_picture(
    sentences: Mapping[Task, Sequence[str]], spaces: Mapping[str, Embed], *, seed: int = 0
) -> tuple[Image.Image, dict[str, float]]:
    """t-SNE of the same sentences in several spaces (for example "raw encoder" and "trained projection").

    Returns the picture and, per space, the share of sentences whose nearest neighbour (cosine) has the same task.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from sklearn.manifold import TSNE

    texts = [text for lines in sentences.values() for text in lines]
    labels = np.array([index for index, lines in enumerate(sentences.values()) for _ in lines])
    figure, axes = plt.subplots(1, len(spaces), figsize=(6.5 * len(spaces), 6), squeeze=False)
    purity = {}
    for axis, (name, embed) in zip(axes[0], spaces.items(), strict=True):
        vectors = np.asarray(embed(texts), np.float32)
        purity[name] = neighbour_purity(vectors, labels)
        flat = TSNE(random_state=seed, init="pca", perplexity=min(30, (len(texts) - 1) / 3)).fit_transform(vectors)
        for index, task in enumerate(sentences):
            chosen = labels == index
            axis.scatter(flat[chosen, 0], flat[chosen, 1], s=9, label=task)
        axis.set(title=f"{name}: {purity[name]:.0%} of nearest neighbours agree", xticks=[], yticks=[])
    axes[0][-1].legend(fontsize=8)
    return to_image(figure), purity


def neighbour_purity(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Share of vectors (n, d) whose nearest other vector by cosine has the same label (n,)."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -np.inf)
    return float((labels[similar.argmax(1)] == labels).mean())
