"""A run's configuration: one YAML file, checked; unknown keys are refused."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from restored.ground import tasks
from restored.instruction.tasks import TASKS
from restored.models.registry import DEFAULT_FAMILY, names

from .yaml_files import read_yaml


class ConfigError(ValueError):
    """A run file that cannot be used; the message is a sentence that names the entry."""


def _known(task: str) -> str:
    if task not in TASKS:
        raise ValueError(f"“{task}” is not a task that damage is made for; those are {', '.join(TASKS)}")
    return task


Task = Annotated[tasks.Task, AfterValidator(_known)]


def _family(name: str) -> str:
    if name not in names():
        raise ValueError(f"“{name}” is not a model family; those are {', '.join(names())}")
    return name


Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelConfig(_Strict):
    """Which network: a family and its hyperparameters (the family's own names), or a bundle / checkpoint to start from."""

    family: Annotated[str, AfterValidator(_family)] = DEFAULT_FAMILY
    hyperparameters: dict[str, Any] = {}
    start_from: Path | None = None
    """A checkpoint or bundle whose weights the run starts with (across rentals: half-precision EMA weights)."""


class PairConfig(_Strict):
    """Photographs of the same scenes, damaged and clean, in two folders with the same file names."""

    task: Task
    damaged: Path
    clean: Path
    share: Fraction = 0.3
    """Of all groups, so many come from here."""


class DataConfig(_Strict):
    """Which photographs, relative to the folder that holds the run file's repository unless absolute."""

    photographs: tuple[Path, ...] = (Path("../shared/data/train/free"), Path("../shared/data/train/free-2"))

    @field_validator("photographs", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | Path) else value

    screen: Path | None = None
    """Which photographs are unfit as clean ones for which task (`restored-train screen`); for the run of an expert."""
    scales: tuple[Positive, ...] = (1.0, 0.7, 0.5)
    """Each photograph is also used reduced: small pictures are denser in detail, as the benchmarks' are."""
    pairs: tuple[PairConfig, ...] = ()
    """Real pairs beside the synthetic samples."""
    hazy: Path | None = None
    """A list of photographs with haze of their own: whole layers of them are learned from without a truth (`training.hazy`)."""
    limit: int | None = Field(default=None, ge=1)
    """Use only the first photographs (for tests)."""


class MixConfig(_Strict):
    """What the samples are. Task weights are relative; the case probabilities need not sum to one, the rest is `single`."""

    tasks: dict[Task, Positive] = dict.fromkeys(TASKS, 1.0)
    named: Task | None = None
    """The one task that is always asked for: the run trains that task's expert, and the others are only bystanders."""
    composite: Fraction = 0.2
    """Two or three damages, all of them named."""
    partial: Fraction = 0.1
    """Several damages, only some of them named: the others stay in the target (R-FIR, arXiv 2404.10342)."""
    clean: Fraction = 0.08
    """Nothing wrong, something asked for: the target is the input."""
    upright: bool = False
    """Photographs are only mirrored, never turned: for damage that knows where the sky is."""
    layers: bool = False
    """The samples are whole layers, reduced to the context frame: only what a network reads of the context learns (tone, haze),
    from many times as many pictures. The run of an expert may begin so, and go on with patches."""
    gray: Fraction = 0.0
    """Of all groups, so many are of black-and-white photographs."""
    weaker: Fraction = 0.08
    """Single damage with a strength below 1: the target lies between input and clean picture."""

    @classmethod
    def single(cls, **other: Any) -> "MixConfig":
        """One damage, all of it named, at full strength, unless `other` entries say otherwise."""
        return cls.model_validate({"composite": 0.0, "partial": 0.0, "clean": 0.0, "weaker": 0.0} | other)

    @model_validator(mode="after")
    def _sums(self) -> "MixConfig":
        if self.composite + self.partial + self.clean + self.weaker > 1:
            raise ValueError("composite + partial + clean + weaker must not exceed 1")
        if self.named is not None and self.composite:
            raise ValueError("with one task named there are no composites: use partial")
        return self


class PatchStage(_Strict):
    """Progressive patches (Restormer, section 4): from this fraction of the run on, patches of this size."""

    from_: Fraction = Field(alias="from")
    size: int = Field(ge=16, le=1024, multiple_of=16)


class LossConfig(_Strict):
    """L1 in fp32, squared error, L1 on the FFT's real and imaginary parts; `intent` weighs the text head's cross entropy."""

    l1: float = Field(default=1.0, ge=0)
    l2: float = Field(default=0.0, ge=0)
    """What PSNR counts: it punishes a wrong guess more than a careful one, where a sharp truth cannot be known."""
    log: float = Field(default=0.0, ge=0)
    """Of the logarithm of each picture's mean squared error (NAFNet's PSNR loss): slight damage weighs as much as strong."""
    frequency: float = Field(default=0.0, ge=0)
    relative: bool = False
    """Weigh every sample by the inverse of its input's error: for damage whose strength varies widely."""
    intent: float = Field(default=0.0, ge=0)
    clearing: float = Field(default=0.0, ge=0)
    """Of what `data.hazy` photographs lack of losing `cleared` of their dark channel."""
    cleared: Fraction = 0.4


class TextConfig(_Strict):
    """How a family that reads text is told what to do.

    learned: InstructIR's text head, trained along (the paper's way); raw: the frozen encoder's vector as it is;
    none: always the same vector (the no-text baseline).
    """

    source: Literal["learned", "raw", "none"] = "learned"
    sentences: int = Field(default=200, ge=2)
    """Wordings per task; fewer per pair and triple."""


class DistillConfig(_Strict):
    """Learn from a big bundle: the target is mixed with the teacher's result."""

    teacher: Path
    weight: Fraction = 0.5


class PretrainConfig(_Strict):
    """Masking and degradation classification (as MaskDCPT) for the first part of the run."""

    until: Fraction = 0.2
    mask: Fraction = 0.5
    block: int = Field(default=16, ge=2)
    classify: float = Field(default=0.1, ge=0)


class OptimConfig(_Strict):
    """AdamW, or Muon for the convolutions with AdamW for the rest; linear warm-up and cosine decay to `final_lr`."""

    kind: Literal["adamw", "muon"] = "adamw"
    lr: Positive = 1e-3
    final_lr: Positive = 1e-6
    task_lr: Positive = 4.0
    """Learning rate of the task biases' factors that start at zero, as a multiple of `lr`."""
    betas: tuple[Fraction, Fraction] = (0.9, 0.99)
    weight_decay: float = Field(default=0.0, ge=0)
    warmup: int = Field(default=200, ge=0)
    clip: Positive = 1.0
    """Largest norm of the gradient."""
    ema: Fraction = 0.999


class RunConfig(_Strict):
    """One run. A step sees `groups` groups of `group_size` patches; each group has one plan, so its weights are compiled once."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    seed: int = 0
    steps: int = Field(ge=1)
    groups: int = Field(default=2, ge=1)
    group_size: int = Field(default=8, ge=1)
    patches: tuple[PatchStage, ...] = (PatchStage.model_validate({"from": 0.0, "size": 96}),)
    model: ModelConfig = ModelConfig()
    data: DataConfig = DataConfig()
    mix: MixConfig = MixConfig()
    loss: LossConfig = LossConfig()
    text: TextConfig = TextConfig()
    optim: OptimConfig = OptimConfig()
    distill: DistillConfig | None = None
    pretrain: PretrainConfig | None = None
    precision: Literal["bf16", "fp32"] = "bf16"
    threads: int | Literal["auto"] = "auto"
    """torch threads on a CPU; auto follows what other programs leave free."""
    checkpoint_minutes: Positive = 5.0
    validate_every: int = Field(default=2000, ge=1)

    @model_validator(mode="after")
    def _hazy_layers(self) -> "RunConfig":
        if self.data.hazy and not (self.mix.layers and self.mix.named == "dehaze"):
            raise ValueError("data.hazy goes with a run of mix.layers that names dehaze")
        return self

    def patch_at(self, share: float) -> int:
        """Patch side when so much of the run, 0..1, is done."""
        size = self.patches[0].size
        for stage in self.patches:
            if share >= stage.from_:
                size = stage.size
        return size


def load_config(path: Path) -> RunConfig:
    """Read and check a run file. Raises ConfigError with a sentence naming the entry."""
    try:
        data = read_yaml(path)
    except OSError as error:
        raise ConfigError(f"I cannot read the run file {path}: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not a YAML file: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} should be a map of settings, such as “name: my-run”.")
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        lines = "; ".join(f"“{'.'.join(map(str, e['loc']))}”: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{path} has an entry I cannot use: {lines}.") from error
