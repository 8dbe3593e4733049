"""What holds for every test: no example of hypothesis' is judged by its time, for the machine may be busy with something else."""

import gc
import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    settings.get_profile("ci" if os.environ.get("CI") else "default"),
    deadline=None,
    # a list of its own in a test replaces this one
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
settings.register_profile("quick", settings.get_profile("house"), max_examples=25)
settings.load_profile("house")


def pytest_collection() -> None:
    """Imports make millions of objects that stay; looking for garbage among them, again and again, took half of this time."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
