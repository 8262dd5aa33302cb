"""A long run that is stopped and continued."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from kapao_training.average import Average
from kapao_training.checkpoint import load_network
from kapao_training.network import Architecture, Network
from kapao_training.optimise import make_optimizer, set_rate
from kapao_training.state import State, save_state

ROOT = Path(__file__).resolve().parents[1]
RUNNING = {"step": 3, "images": 40, "minutes": 1.5, "measured": [(20, 0.1)]}


def trained(architecture: Architecture, steps: int = 2):
    torch.manual_seed(0)
    network = Network(architecture).train()
    average, optimizer = Average(network, 0.5, ramp=1), make_optimizer("muon", network, 0.01)
    for _ in range(steps):
        set_rate(optimizer, 1e-3, 0.9)
        sum((m + 1).square().mean() for m in network(torch.rand(2, 3, 64, 64))).backward()
        optimizer.step()
        optimizer.zero_grad()
        average.update(network)
    return network, average.network, optimizer


def test_what_is_kept_comes_back(tmp_path):
    network, average, optimizer = trained(Architecture(keypoints=3, width=0.125))
    save_state(tmp_path / "a.state", network, average, optimizer, **RUNNING)
    state = State(tmp_path / "a.state")
    assert state.progress == json.loads(json.dumps(RUNNING))
    for name, tensor in network.state_dict().items():
        again = state.network.state_dict()[name]
        if tensor.ndim == 1:
            assert torch.equal(tensor, again)
        elif tensor.ndim > 1:
            assert torch.allclose(tensor, again, rtol=2 ** -8)
    for name, tensor in average.state_dict().items():
        kept, raw = state.average.state_dict()[name], network.state_dict()[name]
        if tensor.ndim > 1:     # 8 bits of the distance, beside what bfloat16 rounds
            reach = (tensor - raw).abs().amax() + raw.abs().amax() * 2 ** -8
            assert (kept - tensor).abs().max() <= reach / 127
    assert torch.equal(load_network(tmp_path / "a.state").model[0].conv.conv.weight, state.average.model[0].conv.conv.weight)
    other = make_optimizer("muon", state.network, 0.01)
    state.give_moments(state.network, other)
    names = {n: p for n, p in state.network.named_parameters()}
    kept = 0
    for name, parameter in network.named_parameters():
        if "square" in optimizer.state[parameter]:
            kept += 1
            again = other.state[names[name]]
            assert again["step"] == 2
            assert torch.allclose(optimizer.state[parameter]["square"], again["square"], rtol=2 ** -7)
    assert kept > 10


def test_the_state_of_the_default_model_is_small_enough_to_be_committed(tmp_path):
    network, average, optimizer = trained(Architecture())
    save_state(tmp_path / "n.state", network, average, optimizer, **RUNNING)
    assert (tmp_path / "n.state").stat().st_size <= 8e6


def pictures(folder: Path):
    """Four pictures with a person each."""
    (folder / "train").mkdir(parents=True)
    images, people = [], []
    for i in range(4):
        pixels = np.random.default_rng(i).integers(0, 255, (80, 100, 3), np.uint8)
        cv2.imwrite(str(folder / "train" / f"{i}.png"), pixels)
        images.append({"id": i, "file_name": f"{i}.png", "width": 100, "height": 80})
        points = [v for k in range(17) for v in (30 + 2 * k, 20 + 2 * k, 2)]
        people.append({"id": i, "image_id": i, "category_id": 1, "iscrowd": 0, "bbox": [25, 15, 45, 45], "area": 1000,
                       "num_keypoints": 17, "keypoints": points})
    (folder / "train.json").write_text(
        json.dumps({"images": images, "annotations": people, "categories": [{"id": 1, "name": "person"}]}))


def run(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "kapao_training.train", "--data", folder / "train.json", "--images", folder / "train",
               "--out", folder / "run", "--state", folder / "a.state", "--width", "0.125", "--size", "128", "--batch", "2",
               "--crops", "0.5", "--crop-size", "64", "--crop-batch", "3", "--optimizer", "muon", "--rate", "0.001",
               "--threads", "1", *options]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_goes_on_where_it_was_stopped_and_its_end_leaves_it_as_it_is(tmp_path):
    pictures(tmp_path)
    run(tmp_path, "--steps", "2")
    assert "step 2, 5 training images" in run(tmp_path, "--steps", "2")
    kept = (tmp_path / "a.state").read_bytes()
    assert State(tmp_path / "a.state").progress["step"] == 4
    run(tmp_path, "--steps", "3", "--finish")
    assert (tmp_path / "a.state").read_bytes() == kept
    assert (tmp_path / "run" / "last.ckpt").exists()
