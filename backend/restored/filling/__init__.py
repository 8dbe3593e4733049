"""Scratches, dust and holes: what is to be filled, and what belongs there. Pure numpy; the network on top is a model."""
