"""Networks: one folder per architecture, one interface for all, and bundles that carry them as files."""

from .base import WHOLE, Conditioned, ModelError, Request, Restorer, Window

__all__ = ["WHOLE", "Conditioned", "ModelError", "Request", "Restorer", "Window"]
