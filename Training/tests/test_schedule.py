"""The learning rate over a run."""

import pytest
import torch

from kapao_training.schedule import Schedule, Steady, progress
from kapao_training.train import rescaled


def test_rate_warms_up_then_falls_along_a_cosine():
    s = Schedule(0.01, warmup=0.1, last=0.0)
    assert s.at(0)[0] == 0
    assert s.at(0.05)[0] < s.at(0.1)[0]
    assert s.at(0.5)[0] == pytest.approx(0.005)
    assert s.at(1)[0] == pytest.approx(0)


def test_a_run_ends_by_the_nearer_limit():
    assert progress(50, 100, 600, 60) == 0.5
    assert progress(10, 100, 3600, 60) == 1
    assert progress(10, None, 1800, 60) == 0.5


def test_a_long_run_is_steady_after_each_start_and_its_end_falls():
    s = Steady(0.01, ramp=10)
    assert [round(s.at(0, n)[0], 4) for n in (0, 4, 9, 10_000)] == [0.001, 0.005, 0.01, 0.01]
    end = Steady(0.01, falling=True, last=0.1, ramp=10)
    assert end.at(0.5, 10_000)[0] == pytest.approx(0.0055)
    assert end.at(1, 10_000)[0] == pytest.approx(0.001)


def test_multi_scale_draws_multiples_of_64_within_its_share_and_all_processes_draw_alike():
    images = torch.zeros(1, 3, 256, 256)
    sizes = {step: rescaled(images, 0.5, step)[0].shape[-1] for step in range(60)}
    assert set(sizes.values()) == {128, 192, 256, 320, 384}
    assert all(rescaled(images, 0.5, step)[0].shape[-1] == size for step, size in sizes.items())
    assert rescaled(images, 0.5, 0)[1] == sizes[0] / 256
    assert rescaled(images, 0, 7)[0] is images
