"""Analyses of the seeds that apply to our models: layer sensitivity, rank energy, the space of instructions."""

from .embeddings import embedding_picture
from .layers import layer_change, layer_effect
from .rank import rank_energy, truncation

__all__ = ["embedding_picture", "layer_change", "layer_effect", "rank_energy", "truncation"]
