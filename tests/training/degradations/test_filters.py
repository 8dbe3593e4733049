import torch

from restored_training.degradations.filters import magnified


def disc(side: int, radius: float) -> torch.Tensor:
    r = torch.arange(side) - (side - 1) / 2
    return ((r[:, None].square() + r[None].square()) <= radius**2).float()[None, None]


def test_magnified_once_is_the_same_field() -> None:
    field = torch.rand(3, 2, 40, 56, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(magnified(field, torch.ones(3)), field, atol=1e-5, rtol=0)


def test_magnified_enlarges_about_the_middle_each_with_its_factor() -> None:
    field = disc(96, 9).repeat(3, 1, 1, 1)
    factors = torch.tensor([1.0, 2.0, 3.5])
    areas = magnified(field, factors).sum((1, 2, 3)) / field.sum((1, 2, 3))
    torch.testing.assert_close(areas, factors.square(), rtol=0.03, atol=0)
    enlarged = magnified(field, factors)
    torch.testing.assert_close(enlarged, enlarged.flip(-1), atol=1e-4, rtol=0)
