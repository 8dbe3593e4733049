"""The loop: losses, optimisers, what a network is told, validation, several processes."""
