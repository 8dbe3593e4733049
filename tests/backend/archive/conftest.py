"""Ray reads how machines prove themselves when it is first imported, by whichever test that is: as `engine_ray` has it."""

import os

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token")
