"""PyInstaller's own hook looks for the libraries of the whole package; this keeps it away."""
