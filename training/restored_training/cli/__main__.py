"""`python -m restored_training.cli`, for torchrun and for machines where nothing is installed."""

from . import main

main()
