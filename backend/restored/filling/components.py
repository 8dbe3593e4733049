"""Connected pixels, by runs of a row, so that a large picture costs little."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Marks = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Groups:
    """Pixels that touch, corners included. row, first, after: of each run, in the order of the rows; group: to which it belongs
    (0 … n-1); tall, wide: (n,), of each group's bounding box."""

    row: Places
    first: Places
    after: Places
    group: Places
    tall: Places
    wide: Places

    def area(self) -> Places:
        """(n,): pixels of each group."""
        counts = np.zeros(self.tall.size, np.intp)
        np.add.at(counts, self.group, self.after - self.first)
        return counts

    def most(self, values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """(n,): the largest of the values (H, W) under each group."""
        largest = np.zeros(self.tall.size, np.uint8)
        if self.row.size:
            width = values.shape[1]
            ends = np.stack([self.row * width + self.first, self.row * width + self.after], axis=1).reshape(-1)
            np.maximum.at(largest, self.group, np.maximum.reduceat(np.append(values.reshape(-1), np.uint8(0)), ends)[::2])
        return largest

    def drawn(self, keep: Marks, shape: tuple[int, int]) -> Marks:
        """(H, W): the pixels of the groups (n,) to keep."""
        steps = np.zeros((shape[0], shape[1] + 1), np.int8)
        chosen = keep[self.group]
        steps[self.row[chosen], self.first[chosen]] = 1
        steps[self.row[chosen], self.after[chosen]] -= 1
        return np.cumsum(steps, axis=1, dtype=np.int8)[:, :-1].astype(bool)


def groups(marked: Marks) -> Groups:
    """The groups of marked pixels, (H, W)."""
    height, width = marked.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = marked
    change = np.diff(padded, axis=1)
    row, first = np.nonzero(change == 1)
    after = np.nonzero(change == -1)[1]
    if not row.size:
        return Groups(row, first, after, row, row, row)
    group = _joined(row, first, after, width)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 1))
    top, bottom = np.minimum.reduceat(row[order], starts), np.maximum.reduceat(row[order], starts)
    left, right = np.minimum.reduceat(first[order], starts), np.maximum.reduceat(after[order], starts)
    return Groups(row, first, after, group, bottom - top + 1, right - left)


def _joined(row: Places, first: Places, after: Places, width: int) -> Places:
    """The group of each run: runs of neighbouring rows that touch belong together."""
    key, ends = row * (width + 2) + first, row * (width + 2) + after
    above = key - (width + 2)
    # of the runs in the row above: the first that does not end before this one begins, to the last that begins in time
    begin = np.maximum(np.searchsorted(ends, above), np.searchsorted(row, row - 1))
    end = np.minimum(np.searchsorted(key, above + (after - first), side="right"), np.searchsorted(row, row))
    count = np.maximum(end - begin, 0)
    lower = np.repeat(np.arange(row.size), count)
    upper = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
    parent = np.arange(row.size)
    while True:  # each root takes the least root beside it; paths are halved until they end
        one, other = parent[lower], parent[upper]
        if (one == other).all():
            return np.unique(parent, return_inverse=True)[1]
        np.minimum.at(parent, np.maximum(one, other), np.minimum(one, other))
        while not (parent == parent[parent]).all():
            parent = parent[parent]
