"""`infill`: what belongs into holes. A small residual U-Net on top of a smooth filling; it works where a mask says.

Light to import: torch comes with the network.
"""
