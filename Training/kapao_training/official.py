"""Reads the weights of an official KAPAO checkpoint (`.pt`) without the code that wrote it.

The file is a zip with a pickled module tree. The unpickler here knows tensors, plain containers and
inert stand-ins for modules; any other name in the file is an error, so nothing in it can run.
"""

import collections
import pickle
import zipfile
from pathlib import Path

import torch

from .network import STRIDES, Architecture, Network

_TYPES = {"HalfStorage": torch.float16, "FloatStorage": torch.float32, "DoubleStorage": torch.float64,
          "LongStorage": torch.int64, "IntStorage": torch.int32, "BoolStorage": torch.bool}


class _Module:
    """Stands in for a pickled module: only its attributes are kept."""

    def __setstate__(self, state):
        self.__dict__.update(state)


class _Reader(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, root: str):
        super().__init__(archive.open(root + "data.pkl"))
        self.archive, self.root = archive, root

    def find_class(self, module, name):
        if module.startswith("models.") or module.startswith("torch.nn.modules."):
            return type(name, (_Module,), {})
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("__builtin__", "set"): set,
            ("builtins", "set"): set,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
            ("torch", "Size"): tuple,
        }
        if (module, name) in known:
            return known[module, name]
        raise pickle.UnpicklingError(f"the checkpoint names {module}.{name}, which is not part of a network")

    def persistent_load(self, key):
        kind, dtype, name, _, count = key
        if kind != "storage":
            raise pickle.UnpicklingError(f"unknown kind of external data: {kind}")
        if count == 0:
            return torch.empty(0, dtype=dtype)
        return torch.frombuffer(bytearray(self.archive.read(f"{self.root}data/{name}")), dtype=dtype)


def _tensor(storage, offset, size, stride, *_):
    return storage.as_strided(tuple(size), tuple(stride), offset)


def _tensors(module, prefix=""):
    for group in ("_parameters", "_buffers"):
        for name, value in module.__dict__.get(group, {}).items():
            if value is not None:
                yield prefix + name, value
    for name, child in module.__dict__.get("_modules", {}).items():
        yield from _tensors(child, f"{prefix}{name}.")


def read_state(path: str | Path) -> dict[str, torch.Tensor]:
    """All tensors of the model in an official checkpoint (its EMA where it has one), by official name."""
    with zipfile.ZipFile(path) as archive:
        pkl = next(n for n in archive.namelist() if n.endswith("data.pkl"))
        data = _Reader(archive, pkl[: -len("data.pkl")]).load()
    model = data.get("ema") or data["model"]
    return {name: t.float() if t.is_floating_point() else t for name, t in _tensors(model)}


def load_official(path: str | Path) -> Network:
    """The network of an official checkpoint: its architecture is read from the shapes of its tensors."""
    state = read_state(path)
    anchors = state["model.33.anchors"] * torch.tensor(STRIDES).view(-1, 1, 1)
    per_anchor = state["model.33.m.0.weight"].shape[0] // 3
    blocks = {n.split(".")[3] for n in state if n.startswith("model.4.m.")}
    architecture = Architecture(
        keypoints=(per_anchor - 6) // 3,
        width=state["model.0.conv.conv.weight"].shape[0] / 64,
        depth=_depth(len(blocks)),
        anchors=tuple(tuple(round(v, 3) for v in level.flatten().tolist()) for level in anchors),
    )
    network = Network(architecture)
    network.load_state_dict({n: t for n, t in state.items() if "anchor" not in n})
    return network


def _depth(repeats_of_nine: int) -> float:
    return {3: 0.33, 6: 0.67, 9: 1.0, 12: 1.33}.get(repeats_of_nine, repeats_of_nine / 9)
