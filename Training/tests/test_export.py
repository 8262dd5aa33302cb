"""Exported files compute what the network computes."""

import json

import torch
from safetensors import safe_open

from kapao_training.checkpoint import load_network, save_checkpoint
from kapao_training.export import difference, export
from kapao_training.network import Architecture, Network


def tiny() -> Network:
    torch.manual_seed(0)
    network = Network(Architecture(keypoints=3, width=0.125))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    return network.eval()


def test_round_trip(tmp_path):
    network = tiny()
    export(network, tmp_path / "tiny.safetensors", "tiny", "GPL-3.0-or-later")
    assert difference(network, tmp_path / "tiny.safetensors", 128) < 0.02   # half precision on disk


def test_file_says_what_it_is(tmp_path):
    export(tiny(), tmp_path / "tiny.safetensors", "tiny", "GPL-3.0-or-later")
    with safe_open(str(tmp_path / "tiny.safetensors"), "pt") as file:
        metadata, names = file.metadata(), set(file.keys())
        assert file.get_tensor("model.0.conv.conv.weight").dtype == torch.float16
    assert metadata["format"] == "kapao-video/1" and metadata["name"] == "tiny"
    assert metadata["licence"] == "GPL-3.0-or-later"
    architecture = json.loads(metadata["architecture"])
    assert architecture["keypoints"] == 3 and architecture["width"] == 0.125 and architecture["depth"] == 0.33
    assert architecture["anchors"][0] == [19, 27, 44, 40, 38, 94]
    assert {"model.1.conv.bias", "model.2.m.0.cv1.conv.weight", "model.33.m.3.bias"} <= names
    assert not any(".bn." in name for name in names)


def test_checkpoint_round_trip(tmp_path):
    network = tiny()
    save_checkpoint(tmp_path / "a.ckpt", network, model=network.state_dict(), ema=network.state_dict())
    again = load_network(tmp_path / "a.ckpt").eval()
    image = torch.rand(1, 3, 64, 64)
    assert all(torch.equal(a, b) for a, b in zip(network(image), again(image)))
