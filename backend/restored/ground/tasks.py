"""The tasks: what the engine can undo or improve. Tasks are data: one row each in this table, and nowhere else.

Bundles name the tasks that their tensors were made for, so a row more breaks no bundle: a model that does not know a task says
so in the plan. A package of one's own adds rows with `add`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from restored_client.wire.plans import CANNOT_YET as CANNOT_YET

Task: TypeAlias = str
"""A task's id, the same in the command, on the wire, in labels, files and bundles."""

Kind = Literal["holes", "compression", "noise", "blur", "weather", "light", "colour", "resolution"]

KINDS: Final[tuple[Kind, ...]] = ("holes", "compression", "noise", "blur", "weather", "light", "colour", "resolution")
"""The order in which steps run when one pass cannot do them together: each kind undoes what a camera, or time, adds later than
the next. Holes come first: what is in them is no part of the photograph, and would be taken for one."""


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """One row.

    label: what a person sees on a plan's chip, the damage in everyday English; seen: the same in "I looked at the picture and
    propose to treat: …"; doing: words of progress; phrase: what the step says to a model that reads text, when the plan was made
    by hand or has several steps. kind, rank: where it stands among the steps of a plan (see KINDS; rank within the kind).
    tone: whether it may change a picture's overall tone and local means; all others leave them alone.
    enlarges: it belongs to the enlarged picture when the picture is to become larger, and is then asked for along with that.
    fine: it can only be judged on pixels at full resolution, not on a thumbnail. needs_mask: it works only where a mask says.
    grows: its marks are parts of the scene, so that they are the larger the more pixels a camera has; noise is not.
    """

    id: Task
    label: str
    seen: str
    doing: str
    phrase: str
    kind: Kind
    rank: int = 0
    tone: bool = False
    enlarges: bool = False
    fine: bool = False
    needs_mask: bool = False
    grows: bool = False


_HOUSE: Final = (
    TaskInfo("denoise", "noise", "noise", "Removing the noise", "Remove the noise from this photo", "noise"),
    TaskInfo(
        "deblur",
        "blur",
        "blur",
        "Removing the blur",
        "Remove the blur and make this photo sharp",
        "blur",
    ),
    TaskInfo(
        "derain", "rain", "rain", "Removing the rain", "Remove the rain from this photo", "weather", 0, tone=True, grows=True
    ),
    TaskInfo("dehaze", "haze", "haze", "Clearing the haze", "Remove the haze from this photo", "weather", 2, tone=True),
    TaskInfo(
        "desnow", "snow", "snow", "Removing the snow", "Remove the snow from this photo", "weather", 1, tone=True, grows=True
    ),
    TaskInfo("lowlight", "too dark", "too little light", "Brightening", "Brighten this dark photo", "light", tone=True),
    TaskInfo(
        "superres",
        "low resolution",
        "too little resolution",
        "Adding detail",
        "Increase the resolution of this photo",
        "resolution",
        enlarges=True,
        fine=True,
    ),
    TaskInfo(
        "enhance",
        "colour and tone",
        "weak colours or contrast",
        "Improving colour and tone",
        "Enhance the colours of this photo like a professional",
        "colour",
        tone=True,
    ),
    TaskInfo(
        "dejpeg",
        "JPEG artefacts",
        "JPEG artefacts",
        "Removing JPEG artefacts",
        "Remove the JPEG artefacts from this photo",
        "compression",
        fine=True,
    ),
    TaskInfo(
        "inpaint",
        "scratches, dust and holes",
        "scratches, dust or holes",
        "Filling scratches, dust and holes",
        "Fill the scratches, dust spots and holes of this photo",
        "holes",
        fine=True,
        needs_mask=True,
    ),
)

_rows: dict[Task, TaskInfo] = {row.id: row for row in _HOUSE}

TASKS: Final[tuple[Task, ...]] = tuple(_rows)
"""The ids of the house's own tasks. For those that a package added as well, see `every`."""

FIRST_TASKS: Final[tuple[Task, ...]] = TASKS[:9]
"""The tasks of files from before files named theirs (bundles, heads), in the order of their tensors. It never changes."""


def every() -> tuple[TaskInfo, ...]:
    """All rows, the house's first."""
    return tuple(_rows.values())


def info(task: Task) -> TaskInfo:
    """The row of a task. Raises KeyError for what `is_task` does not know."""
    return _rows[task]


def is_task(name: object) -> bool:
    """True when `name` is one of the task ids."""
    return isinstance(name, str) and name in _rows


def add(row: TaskInfo) -> None:
    """Enter a task of a package of one's own. Raises ValueError for an id that is taken or a kind that has no place."""
    if row.kind not in KINDS:
        raise ValueError(f"Tasks are of one of these kinds: {', '.join(KINDS)}.")
    if _rows.setdefault(row.id, row) != row:
        raise ValueError(f"There is a task “{row.id}” already.")


def place(task: Task) -> tuple[int, int]:
    """Where a task stands among the steps of a plan: sort by this."""
    row = _rows[task]
    return KINDS.index(row.kind), row.rank


class _Labels(Mapping[Task, str]):
    """The labels of all tasks, also of those added later."""

    def __getitem__(self, task: Task) -> str:
        return _rows[task].label

    def __iter__(self) -> Iterator[Any]:
        return iter(_rows)

    def __len__(self) -> int:
        return len(_rows)


LABELS: Final[Mapping[Task, str]] = _Labels()
"""What a person sees on a plan's chip: the damage, in everyday English."""

APPLY_ORDER: Final[tuple[Task, ...]] = tuple(sorted(TASKS, key=place))
"""The house's tasks in the order in which steps run."""
