"""Training tree of "Restore with instruction": makes, measures and exports the daemon's bundles. It imports `restored`."""
