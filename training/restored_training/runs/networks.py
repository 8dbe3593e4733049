"""Networks of any family as a run wants them; what a family needs in training it says itself (`restored.models.restorer`)."""

from restored.models import registry
from restored.models.base import ModelError
from restored.models.restorer import Restorer

from .config import ConfigError, ModelConfig, RunConfig


def build(config: ModelConfig) -> Restorer:
    """A fresh network of the configured family. Raises ConfigError for hyperparameters the family does not have."""
    try:
        return registry.family(config.family).network(config.hyperparameters)
    except TypeError as error:
        raise ConfigError(f"The family {config.family} has no such hyperparameter: {error}.") from error
    except ModelError as error:
        raise ConfigError(f"The run's hyperparameters do not make a network: {error}") from error


def check_patches(model: Restorer, config: RunConfig) -> None:
    """Raises ConfigError for patches that the network cannot be shown whole at all its scales."""
    side = model.patch_unit({config.mix.named} if config.mix.named else set(config.mix.tasks))
    for stage in config.patches:
        if stage.size % side:
            raise ConfigError(f"Patches of {stage.size} pixels do not fit this network: their side must be a multiple of {side}.")


def reads_text(config: ModelConfig) -> bool:
    """True when the family is conditioned by the instruction's embedding rather than by the plan."""
    return registry.family(config.family).reads_text
