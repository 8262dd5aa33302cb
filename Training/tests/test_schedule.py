"""The learning rate over a run."""

import pytest

from kapao_training.schedule import Schedule, progress


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
