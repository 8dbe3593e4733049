"""Measuring: every set of the bench, our own synthetic sets, wrong instructions, and how much the wording matters."""

from .run import evaluate
from .subjects import Subject, load_subject

__all__ = ["Subject", "evaluate", "load_subject"]
