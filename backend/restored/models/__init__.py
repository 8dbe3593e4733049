"""Models: one folder per family, one interface for all, and bundles that carry them as files. Light to import."""

from .base import WHOLE, Conditioned, Graph, Model, ModelError, Request, Window

__all__ = ["WHOLE", "Conditioned", "Graph", "Model", "ModelError", "Request", "Window"]
