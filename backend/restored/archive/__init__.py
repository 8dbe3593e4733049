"""An archive of up to millions of pictures: planned once, worked in shards by whatever runs them, reported at any time.

A shard alone needs no scheduler: `work` does one, in any process on any machine that sees the folders, and may be killed.
"""

from .archive_order import ArchiveError, ArchiveOrder
from .planning import plan
from .report import Status, status
from .work import ShardReport, Workbench
from .worker import work_here

__all__ = ["ArchiveError", "ArchiveOrder", "ShardReport", "Status", "Workbench", "plan", "status", "work_here"]
