"""Photographs, and the groups of damaged and clean patches that are drawn from them."""
