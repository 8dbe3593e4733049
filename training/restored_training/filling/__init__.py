"""The tenth task: scratches, dust and holes. Made damage, the network on top of the smooth filling, and what both reach."""
