"""A long run between two machines: small enough to be committed.

    python -m kapao_training.state state/kapao_n.state      # says where the run stands

A ZIP of NumPy arrays. Weights of convolutions are kept in bfloat16, upper and lower bytes apart because they compress apart;
everything of one dimension, batch statistics included, in float32; the averaged weights as their differences from the weights,
in 8 bits with a scale for each output channel; AdamW's moments in bfloat16. Muon's momentum, as large as the network, is
not kept: it reaches back some 16 steps only, over which a continued run begins slowly.
"""

import argparse
import dataclasses
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import torch

from .network import Architecture, Network

FORMAT = "kapao-training-state/1"


def _bytes(tensors: list[torch.Tensor]) -> dict[str, np.ndarray]:
    """bfloat16 values as two arrays of bytes."""
    flat = torch.cat([t.detach().flatten() for t in tensors]) if tensors else torch.zeros(0)
    bits = flat.to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    return {"high": (bits >> 8).astype(np.uint8), "low": (bits & 255).astype(np.uint8)}


def _from_bytes(arrays, prefix: str, shapes: list[torch.Size]) -> list[torch.Tensor]:
    bits = arrays[prefix + ".high"].astype(np.uint16) << 8 | arrays[prefix + ".low"]
    flat = torch.from_numpy(bits.view(np.int16)).view(torch.bfloat16).float()
    return _split(flat, shapes)


def _split(flat: torch.Tensor, shapes: list[torch.Size]) -> list[torch.Tensor]:
    return [part.view(shape) for part, shape in zip(flat.split([s.numel() for s in shapes]), shapes)]


def _moments(network: Network, optimizer: torch.optim.Optimizer) -> list[tuple[str, torch.nn.Parameter]]:
    """Parameters whose first and second moments are kept."""
    return [(n, p) for n, p in network.named_parameters() if "square" in optimizer.state.get(p, {})]


@torch.no_grad()
def save_state(path: Path, network: Network, averaged: Network, optimizer: torch.optim.Optimizer, **progress):
    """Writes the run; `progress` is JSON. The file before stays whole until the new one is."""
    weights, average = network.state_dict(), averaged.state_dict()
    wide = [n for n, t in weights.items() if t.ndim > 1]
    narrow = [n for n, t in weights.items() if t.ndim == 1 and t.is_floating_point()]
    stored = [weights[n].to(torch.bfloat16).float().cpu() for n in wide]
    apart = [(average[n].cpu() - t).flatten(1) for n, t in zip(wide, stored)]
    scales = [d.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127 for d in apart]
    moments = _moments(network, optimizer)
    arrays = {f"weights.{k}": v for k, v in _bytes(stored).items()}
    arrays["narrow"] = torch.cat([weights[n] for n in narrow]).cpu().numpy()
    arrays["average.narrow"] = torch.cat([average[n] for n in narrow]).cpu().numpy()
    arrays["average.steps"] = torch.cat([(d / s).round().flatten() for d, s in zip(apart, scales)]).numpy().astype(np.int8)
    arrays["average.scales"] = torch.cat([s.flatten() for s in scales]).numpy()
    for part in ("mean", "square"):
        values = [optimizer.state[p][part].cpu() for _, p in moments]
        arrays |= {f"adam.{part}.{k}": v for k, v in _bytes(values).items()}
    head = {"format": FORMAT, "architecture": dataclasses.asdict(network.architecture), "progress": progress,
            "moments": [n for n, _ in moments],
            "moment_steps": max((optimizer.state[p]["step"] for _, p in moments), default=0)}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("state.json", json.dumps(head))
        for name, array in arrays.items():
            data = io.BytesIO()
            np.save(data, array)
            file.writestr(name + ".npy", data.getvalue())
    new.replace(path)


class State:
    """A run as `save_state` wrote it: `network`, `average` (its averaged twin) and `progress`."""

    def __init__(self, path: Path):
        with zipfile.ZipFile(path) as file:
            self.head = json.loads(file.read("state.json"))
            if self.head.get("format") != FORMAT:
                raise ValueError(f"{path}: not the state of a run of this program")
            self.arrays = {n.removesuffix(".npy"): np.load(io.BytesIO(file.read(n)))
                           for n in file.namelist() if n.endswith(".npy")}
        self.progress = self.head["progress"]
        architecture = Architecture(**self.head["architecture"])
        self.network, self.average = Network(architecture), Network(architecture)
        state = self.network.state_dict()
        wide = [n for n, t in state.items() if t.ndim > 1]
        narrow = [n for n, t in state.items() if t.ndim == 1 and t.is_floating_point()]
        shapes = [state[n].shape for n in wide]
        weights = _from_bytes(self.arrays, "weights", shapes)
        steps = _split(torch.from_numpy(self.arrays["average.steps"]).float(), shapes)
        scales = _split(torch.from_numpy(self.arrays["average.scales"]), [torch.Size((s[0], 1)) for s in shapes])
        averaged = [w + (d.flatten(1) * s).view_as(w) for w, d, s in zip(weights, steps, scales)]
        for network, values, name in ((self.network, weights, "narrow"), (self.average, averaged, "average.narrow")):
            flat = _split(torch.from_numpy(self.arrays[name]), [state[n].shape for n in narrow])
            network.load_state_dict(dict(zip(wide + narrow, values + flat)), strict=False)

    def give_moments(self, network: Network, optimizer: torch.optim.Optimizer):
        """Puts AdamW's moments into a new optimiser of `network`."""
        parameters = dict(network.named_parameters())
        kept = [parameters[n] for n in self.head["moments"]]
        for part in ("mean", "square"):
            values = _from_bytes(self.arrays, f"adam.{part}", [p.shape for p in kept])
            for p, value in zip(kept, values):
                optimizer.state[p] |= {part: value.to(p.device), "step": self.head["moment_steps"]}


def describe(progress: dict) -> str:
    lines = [f"step {progress['step']}, {progress['images']:,} training images, {progress['minutes']:.0f} minutes"]
    lines += [f"  after {images:>9,} images: AP {ap:.3f}" for images, ap in progress["measured"][-5:]]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Says where a long run stands.")
    parser.add_argument("state", type=Path)
    print(describe(State(parser.parse_args().state).progress))


if __name__ == "__main__":
    main()
