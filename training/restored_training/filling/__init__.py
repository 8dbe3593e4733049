"""Training the network that goes on top of the smooth filling of scratches, dust and holes."""
