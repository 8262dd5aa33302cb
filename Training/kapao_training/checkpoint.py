"""Networks from and to files: official `.pt`, this program's own `.ckpt` and `.state`, exported `.safetensors`."""

import dataclasses
from pathlib import Path

import torch

from .network import Architecture, Network
from .official import load_official

FORMAT = "kapao-training/1"


def load_network(path: str | Path) -> Network:
    """The network of a file, with its averaged (EMA) weights where it has them, in float32."""
    path = Path(path)
    if path.suffix == ".ckpt":
        data = load_checkpoint(path)
        network = Network(Architecture(**data["architecture"]))
        network.load_state_dict(data["ema"])
        return network
    if path.suffix == ".state":
        from .state import State
        return State(path).average
    if path.suffix == ".safetensors":
        from .export import load_exported
        return load_exported(path)
    return load_official(path)


def load_checkpoint(path: str | Path) -> dict:
    """Everything in a `.ckpt`: architecture, model, ema, optimizer, progress. Holds data only, no code."""
    data = torch.load(path, map_location="cpu", weights_only=True)
    if data.get("format") != FORMAT:
        raise ValueError(f"{path}: not a checkpoint of this program")
    return data


def save_checkpoint(path: str | Path, network: Network, **parts):
    """Writes a `.ckpt` next to its final name first, so that a cut leaves the older one whole."""
    path = Path(path)
    new = path.with_suffix(".new")
    torch.save({"format": FORMAT, "architecture": dataclasses.asdict(network.architecture), **parts}, new)
    new.replace(path)
