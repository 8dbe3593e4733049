"""What pixels are: depth, alpha, hidden places, windows of a layer, and how a residual is written back."""
