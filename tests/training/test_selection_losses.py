"""Every selection loss against values computed by hand."""

import math

import pytest
import torch

from handviz.training.loss_config import SelectionLossConfig
from handviz.training.selection_losses import (
    classifying_loss,
    labels_of_best,
    pairwise_loss,
    ranking_loss,
    selection_loss,
)

MU = torch.tensor([[0.0, math.log(3.0)]])
NU = torch.tensor([[0.0, 0.0]])
LABELS = torch.tensor([[0.0, 1.0]])
ERRORS = torch.tensor([[9.0, 4.0]])


def test_labels_mark_the_n_of_lowest_error() -> None:
    errors = torch.tensor([[5.0, 1.0, 3.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
    assert labels_of_best(errors, 2).tolist() == [[0, 1, 0, 1], [1, 1, 0, 0]]


def test_classifying_by_hand() -> None:
    # First: nu wins with probability 1/2. Second: mu with 3/4.
    expected = (-math.log(0.5) - math.log(0.75)) / 2
    assert classifying_loss(MU, NU, LABELS).item() == pytest.approx(expected, rel=1e-5)
    assert classifying_loss(MU, NU, LABELS, "printed").item() == pytest.approx(-(0.5 + 0.75) / 2, rel=1e-5)


def test_ranking_by_hand() -> None:
    # First, labelled 0: nu against both nu, 1/2. Second, labelled 1: mu against both mu, 3 / (1 + 3).
    expected = (-math.log(0.5) - math.log(0.75)) / 2
    assert ranking_loss(MU, NU, LABELS).item() == pytest.approx(expected, rel=1e-5)
    assert ranking_loss(MU, NU, LABELS, "printed").item() == pytest.approx(-(0.5 + 0.75) / 2, rel=1e-5)


def test_ranking_differs_from_classifying_where_it_should() -> None:
    shift = torch.tensor([[5.0, 5.0]])
    assert ranking_loss(MU + shift, NU, LABELS).item() == pytest.approx(ranking_loss(MU, NU, LABELS).item(), rel=1e-5)
    assert classifying_loss(MU + shift, NU, LABELS).item() != pytest.approx(classifying_loss(MU, NU, LABELS).item())


def test_pairwise_by_hand() -> None:
    # One pair: the second has the lower error and the score log 3 higher: -log sigmoid(log 3) = -log 3/4.
    assert pairwise_loss(MU, NU, ERRORS).item() == pytest.approx(-math.log(0.75), rel=1e-5)
    assert pairwise_loss(MU, NU, torch.ones(1, 2)).item() == 0.0


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.75, 1.0])
def test_ccr_mixes_its_parts(alpha: float) -> None:
    torch.manual_seed(0)
    mu, nu, errors = torch.randn(3, 2, 8)
    labels = labels_of_best(errors, 2)
    mixed = selection_loss(SelectionLossConfig("ccr", alpha), mu, nu, labels, errors)
    expected = alpha * classifying_loss(mu, nu, labels) + (1 - alpha) * ranking_loss(mu, nu, labels)
    torch.testing.assert_close(mixed, expected)


def test_names_mean_what_they_say() -> None:
    torch.manual_seed(1)
    mu, nu, errors = torch.randn(3, 2, 8)
    labels = labels_of_best(errors, 2)

    def loss(*config: object) -> torch.Tensor:
        return selection_loss(SelectionLossConfig(*config), mu, nu, labels, errors)

    torch.testing.assert_close(loss("pointwise"), loss("ccr", 1.0))
    torch.testing.assert_close(loss("listwise"), loss("ccr", 0.0))
    torch.testing.assert_close(loss("pairwise"), pairwise_loss(mu, nu, errors))
    assert loss("ccr", 0.5, "log") != loss("ccr", 0.5, "printed")


def test_the_floor_of_the_ranking_loss_is_reached_by_perfect_scores() -> None:
    k, n = 16, 4
    labels = labels_of_best(torch.arange(float(k))[None], n)
    mu, nu = 100.0 * labels, 100.0 * (1.0 - labels)
    floor = (n * math.log(n) + (k - n) * math.log(k - n)) / k
    assert floor == pytest.approx(2.21, abs=0.01)
    assert ranking_loss(mu, nu, labels).item() == pytest.approx(floor, rel=1e-5)


@pytest.mark.parametrize("name", ["pointwise", "pairwise", "listwise", "ccr"])
@pytest.mark.parametrize("form", ["log", "printed"])
def test_losses_ignore_the_order_of_hypotheses(name: str, form: str) -> None:
    torch.manual_seed(2)
    mu, nu, errors = torch.randn(3, 2, 8)
    order = torch.randperm(8)
    config = SelectionLossConfig(name, form=form)
    straight = selection_loss(config, mu, nu, labels_of_best(errors, 2), errors)
    shuffled = selection_loss(config, mu[:, order], nu[:, order], labels_of_best(errors[:, order], 2), errors[:, order])
    torch.testing.assert_close(straight, shuffled)


@pytest.mark.parametrize("name", ["pointwise", "pairwise", "listwise", "ccr"])
def test_following_the_gradient_raises_good_hypotheses(name: str) -> None:
    errors = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    labels = labels_of_best(errors, 1)
    mu = torch.zeros(1, 4, requires_grad=True)
    nu = torch.zeros(1, 4, requires_grad=True)
    selection_loss(SelectionLossConfig(name), mu, nu, labels, errors).backward()
    assert mu.grad[0, 0] < 0 < mu.grad[0, 3] or nu.grad[0, 0] > 0 > nu.grad[0, 3]
