"""Pieces of clean photographs that were taken for damaged, to be shown again: the negatives that matter."""

from typing import Final

import torch
from torch import Tensor

MOST: Final = 160
"""Pixels of a piece whose sureties are averaged into its score."""


class HardPieces:
    """A bank of patches (size, 3, side, side) with how wrongly they were marked; what is shown again is judged anew."""

    def __init__(self, size: int, side: int, device: torch.device) -> None:
        self._pixels = torch.zeros(size, 3, side, side, dtype=torch.uint8, device=device)
        self._scores = torch.zeros(size, device=device)
        self._shown: Tensor | None = None

    def pick(self, count: int, random: torch.Generator) -> Tensor:
        """(count, 3, side, side) in [0, 1]; the worse, the likelier."""
        self._shown = torch.multinomial(self._scores + 1e-4, count, generator=random)
        return self._pixels[self._shown].float().div_(255)

    def judge(self, patches: Tensor, wrong: Tensor, *, shown: int) -> None:
        """patches: (N, 3, side, side), of which the first `shown` are those picked last; wrong: (N, 1, side, side), how surely
        each clean pixel is marked, 0 elsewhere."""
        scores = wrong.flatten(1).topk(min(MOST, wrong[0].numel()), dim=1).values.mean(1).nan_to_num()
        if shown and self._shown is not None:
            self._scores[self._shown] = 0.5 * self._scores[self._shown] + 0.5 * scores[:shown]
        fresh = len(patches) - shown
        if fresh:
            least, places = self._scores.topk(min(fresh, len(self._scores)), largest=False)
            best, which = scores[shown:].topk(len(places))
            better = best > least
            places, which = places[better], which[better] + shown
            self._pixels[places] = (patches[which] * 255).round().to(torch.uint8)
            self._scores[places] = best[better]
