"""Training and measuring what finds sky, skin and text in a picture."""
