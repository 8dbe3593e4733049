"""`python -m restored.cli`, for environments whose scripts folder is not on the path."""

from . import main

main()
