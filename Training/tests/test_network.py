"""The network against outputs of the official code."""

import pytest
import torch
from safetensors.torch import load_file

from kapao_training.network import Architecture, Network
from kapao_training.official import load_official


@pytest.mark.parametrize("name", ["kapao_tiny_coco", "kapao_tiny_crowdpose"])
def test_output_equals_the_official_codes(reference, name):
    network = load_official(reference / f"{name}_random.pt").eval()
    data = load_file(str(reference / f"{name}_random.io.safetensors"))
    image = data["input_u8_bgr_hwc"].flip(-1).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        maps = network(image)
    for i, raw in enumerate(maps):
        assert raw.shape == data[f"raw{i}"].shape
        assert (raw - data[f"raw{i}"]).abs().max() < 1e-3


def test_kapao_n_has_3_2_million_parameters():
    assert 3.1e6 < sum(p.numel() for p in Network(Architecture()).parameters()) < 3.3e6


def test_kapao_s_has_12_56_million_parameters():
    count = sum(p.numel() for p in Network(Architecture(width=0.5)).parameters())
    assert round(count / 1e6, 2) == 12.56


def test_another_number_of_keypoints_keeps_all_but_the_head():
    one = Network(Architecture(keypoints=17, width=0.125))
    other = one.for_keypoints(4)
    assert torch.equal(other.model[1].conv.weight, one.model[1].conv.weight)
    assert other.model[-1].m[0].out_channels == 3 * (6 + 3 * 4)
    assert one.for_keypoints(17) is one


def test_frozen_layers_neither_learn_nor_adapt():
    network = Network(Architecture(keypoints=2, width=0.125)).freeze(5).train()
    before = {n: t.clone() for n, t in network.model[:5].state_dict().items()}
    sum(m.square().mean() for m in network(torch.rand(2, 3, 64, 64))).backward()
    assert all(torch.equal(t, before[n]) for n, t in network.model[:5].state_dict().items())
    assert all((p.grad is None) == (int(n.split(".")[1]) < 5) for n, p in network.named_parameters())
