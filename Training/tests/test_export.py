"""Exported files compute what the network computes."""

import json

import torch
from safetensors import safe_open

from kapao_training.checkpoint import load_network, save_checkpoint
from kapao_training.export import difference, export, folded, load_exported, mean, unfold
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


def test_the_mean_of_networks_has_the_mean_of_their_folded_weights():
    one, other = tiny(), tiny()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(1.5)
    both = folded(mean([one, other]))
    a, b = folded(one), folded(other)
    assert both.keys() == a.keys()
    assert all(torch.allclose(both[n], (a[n] + b[n]) / 2, atol=1e-6) for n in a)
    assert any(not torch.allclose(a[n], b[n]) for n in a)


def test_checkpoint_round_trip(tmp_path):
    network = tiny()
    save_checkpoint(tmp_path / "a.ckpt", network, model=network.state_dict(), ema=network.state_dict())
    again = load_network(tmp_path / "a.ckpt").eval()
    image = torch.rand(1, 3, 64, 64)
    assert all(torch.equal(a, b) for a, b in zip(network(image), again(image)))


def test_an_exported_network_can_be_trained_on(tmp_path):
    # Batch normalisation folded away would be put back by the statistics of the first batch, and all would be lost.
    network = tiny()
    export(network, tmp_path / "tiny.safetensors", "tiny", "GPL-3.0-or-later")
    loaded = load_exported(tmp_path / "tiny.safetensors")
    images = torch.rand(8, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    before = [m.clone() for m in loaded(images)]
    unfolded = unfold(loaded, [images])
    for a, b in zip(before, unfolded.eval()(images)):
        assert torch.allclose(a, b, atol=1e-3)
    for a, b in zip(before, unfolded.train()(images)):
        assert torch.allclose(a, b, atol=0.05)


def test_a_file_with_ranges_for_int8_loads(tmp_path):
    from safetensors.torch import save_file
    export(tiny(), tmp_path / "a.safetensors", "tiny", "GPL-3.0-or-later")
    with safe_open(str(tmp_path / "a.safetensors"), "pt") as file:
        tensors, metadata = {n: file.get_tensor(n) for n in file.keys()}, file.metadata()
    save_file(tensors | {"model.1.conv.range": torch.zeros(2, 16)}, str(tmp_path / "b.safetensors"), metadata)
    image = torch.rand(1, 3, 64, 64)
    pairs = zip(load_exported(tmp_path / "a.safetensors")(image), load_exported(tmp_path / "b.safetensors")(image))
    assert all(torch.equal(a, b) for a, b in pairs)
