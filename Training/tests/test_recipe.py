"""The paper's recipe."""

import types

import pytest
import torch

from kapao_training.network import Architecture, Network
from kapao_training.optimise import make_optimizer, set_rate
from kapao_training.schedule import Schedule
from kapao_training.train import Run, options

FILES = ["--data", "train.json", "--images", "train", "--out", "run"]


def test_the_recipe_gives_defaults_and_options_come_first():
    o = options([*FILES, "--recipe", "paper", "--batch", "8", "--keypoint-box-share", "0.025"])
    assert (o.size, o.batch, o.nominal_batch, o.epochs) == (1280, 8, 64, 500)
    assert (o.rate, o.last_rate, o.warmup_epochs, o.bias_rate, o.decay) == (0.01, 0.2, 3, 0.1, 5e-4)
    assert o.official_augmentation and o.mosaic == 1 and o.human_weight == 1 and o.optimizer == "sgd"
    assert tuple(o.gains) == (0.05, 0.7, 0.3, 0.025)
    assert o.keypoint_box == pytest.approx(32)
    plain = options([*FILES, "--steps", "10"])
    assert (plain.size, plain.nominal_batch, plain.keypoint_box) == (512, 0, pytest.approx(25.6))


def test_steps_or_minutes_replace_the_recipe_s_epochs():
    assert options([*FILES, "--recipe", "paper", "--steps", "5"]).epochs is None


def test_gradients_add_up_to_the_nominal_batch_after_the_warm_up():
    run = Run.__new__(Run)
    run.o = types.SimpleNamespace(nominal_batch=64, batch=16, state=None)
    run.schedule = Schedule(0.01, warmup=0.1)
    counts = []
    for progress in (0.0, 0.05, 0.1, 0.9):
        run.done = lambda: progress
        counts.append(run.accumulated())
    assert counts == [1, 2, 4, 4]
    run.o.batch = 128
    assert run.accumulated() == 1
    run.o.nominal_batch = 0
    assert run.accumulated() == 1


def test_biases_fall_to_the_rate_while_the_others_rise_to_it():
    s = Schedule(0.01, warmup=0.1, last=0.2, bias=0.1)
    assert s.bias_at(0) == pytest.approx(0.1) and s.at(0)[0] == 0
    middle = 0.01 * (0.2 + 0.8 * (1 + torch.cos(torch.tensor(torch.pi * 0.05)).item()) / 2)
    assert s.bias_at(0.05) == pytest.approx((0.1 + middle) / 2)
    assert s.bias_at(0.1) is None and s.at(1)[0] == pytest.approx(0.002)


def test_a_step_is_that_of_the_official_program():
    # SGD with Nesterov's momentum from rest: with g' = g + decay · w the buffer is g', the step rate · (g' + momentum · g').
    # Weights of convolutions decay, those of batch normalisation do not, and biases have a rate of their own.
    torch.manual_seed(0)
    network = Network(Architecture(keypoints=2, width=0.25)).train()
    optimizer = make_optimizer("sgd", network, 5e-4)
    set_rate(optimizer, 0.004, 0.86, bias_rate=0.07)
    before = {n: p.detach().clone() for n, p in network.named_parameters()}
    gradients = {n: torch.sin(torch.arange(p.numel(), dtype=torch.float32)).view_as(p) * 0.1
                 for n, p in network.named_parameters()}
    for name, p in network.named_parameters():
        p.grad = gradients[name].clone()
    optimizer.step()
    seen = set()
    for name, p in network.named_parameters():
        kind = "bias" if name.endswith(".bias") else "weight" if p.ndim > 1 else "norm"
        seen.add(kind)
        g = gradients[name] + (5e-4 * before[name] if kind == "weight" else 0)
        rate = 0.07 if kind == "bias" else 0.004
        assert torch.allclose(p, before[name] - rate * (g + 0.86 * g), atol=1e-7), name
    assert seen == {"bias", "weight", "norm"}
