"""Signed, exact changes of tone and colour, by formula and without a network. Light to import: `apply` has the pixels."""

from .names import ADJUSTMENTS, RANGES, Adjustment, amount_words, is_adjustment, label

__all__ = ["ADJUSTMENTS", "RANGES", "Adjustment", "amount_words", "is_adjustment", "label"]
