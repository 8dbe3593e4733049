"""A run on disk: its configuration, its folder, its checkpoints, the network that they describe."""
