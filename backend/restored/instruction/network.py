"""The head: two readers of the frozen encoder, and their average.

One reads the tokens (a small transformer, then a query per task): it knows negation and what belongs to what. The other reads
the sentence vector: it knows what a sentence is about when no word in it names the damage. Measured, see `compare`: the vector
alone fails at negation, the tokens alone are too sure of themselves on symptoms. A few such heads, trained from different
seeds, judge together: where a sentence is unlike anything they learned from, they err differently.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .encoding import LAYERS, WIDTH
from .head_config import KINDS, HeadConfig
from .tasks import TASKS


class Reading(NamedTuple):
    """What the head says about a batch of N texts of T tokens, all as logits.

    state: (N, 9, 3) per task: nothing, wanted, excluded; strength: (N, 9) logit of the strength; kinds: (N, 4);
    attention: (N, 9, T) where each task looked; marks: (N, T, 9, 2) token by token: wanted, excluded here.
    """

    state: Tensor
    strength: Tensor
    kinds: Tensor
    attention: Tensor
    marks: Tensor


class TransformerLayer(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: (N, T, width); mask: (N, T) bool."""
        n, t, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        x = x + self.dropout(self.out(mixed.transpose(1, 2).reshape(n, t, width)))
        return x + self.dropout(self.down(F.gelu(self.up(self.norm2(x)))))


class Head(nn.Module):
    """Tokens -> Reading. Each task has a query that attends to the tokens, then one shared judgement about what it found."""

    def __init__(self, config: HeadConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or HeadConfig()
        width, count = config.width, len(TASKS)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in LAYERS)
        self.project = nn.Linear(WIDTH * len(LAYERS), width)
        self.layers = nn.ModuleList(TransformerLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Parameter(torch.randn(count + 1, width) / math.sqrt(width))
        self.keys = nn.Linear(width, width)
        self.values = nn.Linear(width, width)
        self.state = nn.Parameter(torch.randn(count, 3, width) / math.sqrt(width))
        self.state_bias = nn.Parameter(torch.zeros(count, 3))
        self.strength = nn.Linear(width, 1)
        self.kinds = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, len(KINDS)))
        self.marks = nn.Linear(width, 2 * count)
        self.dropout = nn.Dropout(config.dropout)
        self.whole = nn.Sequential(
            nn.Linear(WIDTH, config.whole),
            nn.GELU(),
            nn.Dropout(2 * config.dropout),
            nn.Linear(config.whole, config.whole),
            nn.GELU(),
            nn.Linear(config.whole, 3 * count + len(KINDS)),
        )
        self.embedding = nn.Linear(WIDTH, config.embedding)
        self.embedding_classes = nn.Linear(config.embedding, count)

    def forward(self, tokens: Tensor, mask: Tensor, pooled: Tensor) -> Reading:
        """What is shipped: both readers' log-probabilities averaged. tokens: (N, T, 768), mask: (N, T) bool, pooled: (N, 384)."""
        reading = self.read_tokens(tokens, mask)
        state, kinds = self.read_whole(pooled)
        share = self.config.share
        return reading._replace(
            state=torch.lerp(reading.state.log_softmax(-1), state.log_softmax(-1), share),
            kinds=torch.lerp(reading.kinds, kinds, share),
        )

    def read_whole(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """The sentence reader: (N, 384) -> states (N, 9, 3) and kinds (N, 4), as logits."""
        said = self.whole(pooled * WIDTH**0.5)
        return said[:, : -len(KINDS)].unflatten(-1, (len(TASKS), 3)), said[:, -len(KINDS) :]

    def read_tokens(self, tokens: Tensor, mask: Tensor) -> Reading:
        """The token reader."""
        parts = tokens.split(WIDTH, dim=-1)
        x = self.project(self.dropout(torch.cat([norm(part) for norm, part in zip(self.norms, parts, strict=True)], dim=-1)))
        for layer in self.layers:
            x = layer(x, mask)
        x = self.norm(x)
        scores = torch.einsum("qd,ntd->nqt", self.queries, self.keys(x)) / math.sqrt(x.shape[-1])
        attention = scores.masked_fill(~mask[:, None, :], -1e4).softmax(-1)
        found = attention @ self.values(x)
        tasks, whole = found[:, :-1], found[:, -1]
        average = (x * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        tasks = self.dropout(tasks)
        return Reading(
            state=torch.einsum("nqd,qcd->nqc", tasks, self.state) + self.state_bias,
            strength=self.strength(tasks).squeeze(-1),
            kinds=self.kinds(self.dropout(torch.cat([whole, average], dim=-1))),
            attention=attention[:, :-1],
            marks=self.marks(x).unflatten(-1, (len(TASKS), 2)),
        )

    def embed(self, pooled: Tensor) -> Tensor:
        """(N, 384) sentence embeddings -> (N, 256), L2-normalised: InstructIR's text head (section 3.2)."""
        return F.normalize(self.embedding(pooled), dim=-1)

    def classify_embedding(self, embedding: Tensor) -> Tensor:
        """(N, 256) -> (N, 9) logits; only used while training the projection."""
        return self.embedding_classes(embedding)


class Heads(nn.Module):
    """Heads of the same shape whose log-probabilities are averaged. The embedding is that of the first."""

    def __init__(self, heads: Iterable[Head]) -> None:
        super().__init__()
        self.members = nn.ModuleList(heads)

    @property
    def config(self) -> HeadConfig:
        """Of each member."""
        return self.first.config

    @property
    def first(self) -> Head:
        """The member that embeds."""
        first = self.members[0]
        assert isinstance(first, Head)
        return first

    def forward(self, tokens: Tensor, mask: Tensor, pooled: Tensor) -> Reading:
        """As Head's, averaged. tokens: (N, T, 768), mask: (N, T) bool, pooled: (N, 384)."""
        readings = [Reading(*member(tokens, mask, pooled)) for member in self.members]
        return Reading(*(torch.stack(parts).mean(0) for parts in zip(*readings, strict=True)))

    def embed(self, pooled: Tensor) -> Tensor:
        """(N, 384) -> (N, 256), L2-normalised."""
        return self.first.embed(pooled)
