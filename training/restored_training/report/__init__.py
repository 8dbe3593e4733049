"""Results for people: one HTML page, the README's table, before/after sheets, curves."""

from .page import write_page
from .tables import readme_table, replace_table

__all__ = ["readme_table", "replace_table", "write_page"]
