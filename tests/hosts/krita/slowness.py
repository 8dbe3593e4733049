"""Figures are for an idle machine; tests run on busy ones."""

import os


def slowness() -> float:
    """How much longer than alone a program takes now, at least: runnable programs per core."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
