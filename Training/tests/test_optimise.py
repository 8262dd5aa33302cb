"""The optimisers."""

import pytest
import torch

from kapao_training.muon import orthogonal
from kapao_training.network import Architecture, Network
from kapao_training.optimise import make_optimizer, set_rate


@pytest.mark.parametrize("precision", (torch.float32, torch.bfloat16))
def test_newton_schulz_makes_singular_values_near_one(precision):
    g = torch.randn(3, 24, 60, generator=torch.Generator().manual_seed(0))
    for matrix in (g, g.mT):
        values = torch.linalg.svdvals(orthogonal(matrix, precision=precision))
        assert values.min() > 0.5 and values.max() < 1.3


@pytest.mark.parametrize("kind, rate", [("sgd", 1e-2), ("adamw", 1e-3), ("muon", 1e-3)])
def test_every_optimiser_lowers_a_loss_and_holds_each_parameter_once(kind, rate):
    torch.manual_seed(0)
    network = Network(Architecture(keypoints=2, width=0.25)).train()
    optimizer = make_optimizer(kind, network, 1e-4)
    held = [id(p) for g in optimizer.param_groups for p in g["params"]]
    assert sorted(held) == sorted(id(p) for p in network.parameters())
    image, losses = torch.rand(2, 3, 64, 64), []
    for _ in range(8):
        set_rate(optimizer, rate, 0.9)
        loss = sum((m + 1).square().mean() for m in network(image))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.9 * losses[0]
