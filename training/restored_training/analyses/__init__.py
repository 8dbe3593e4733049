"""Analyses of the seeds that apply to our models: layer sensitivity, rank energy, the space of instructions."""

from .embeddings import embedding_picture
from .layer_sensitivity import bias_sizes, jitter, layer_change, layer_effect
from .rank import rank_energy, truncation

__all__ = ["bias_sizes", "embedding_picture", "jitter", "layer_change", "layer_effect", "rank_energy", "truncation"]
