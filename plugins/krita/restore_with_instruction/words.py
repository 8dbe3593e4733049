"""Every word the user reads goes through `tr`; the catalogues are complete, anything missing stays English."""

from __future__ import annotations

from pathlib import Path

from .restored_client.desk import catalogue as catalogues

_FOLDERS = (catalogues.SHARED, Path(__file__).resolve().parent / "locale")

catalogue = catalogues.load(_FOLDERS)

tr = catalogue.gettext
