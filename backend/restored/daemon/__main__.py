"""`python -m restored.daemon`: the daemon in the foreground, by the shortest way."""

import sys

from .entry import main

sys.exit(main())
