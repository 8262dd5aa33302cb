"""Writes a network in the product's format: safetensors, batch normalisation folded in, half precision.

    python -m kapao_training.export best.ckpt kapao_n.safetensors --name kapao-n --licence GPL-3.0-or-later
    python -m kapao_training.export best.ckpt kapao_n.safetensors --mean-with earlier.safetensors --preset confirmed
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .checkpoint import load_network
from .network import BN_EPS, Architecture, Conv, Network

FORMAT = "kapao-video/1"


@torch.no_grad()
def folded(network: Network) -> dict[str, torch.Tensor]:
    """Weights and biases of every convolution by official name (`model.<i>.….conv.weight`), float32.

    With γ, β, μ, σ² of the batch normalisation: W' = W·γ/√(σ² + ε), b' = β − μ·γ/√(σ² + ε).
    """
    tensors = {}
    for name, module in network.named_modules():
        if isinstance(module, Conv):
            bn = module.bn
            factor = bn.weight.double() / (bn.running_var.double() + bn.eps).sqrt()
            tensors[f"{name}.conv.weight"] = module.conv.weight.double() * factor[:, None, None, None]
            tensors[f"{name}.conv.bias"] = bn.bias.double() - bn.running_mean.double() * factor
    for name, parameter in network.model[-1].named_parameters():
        tensors[f"model.{len(network.model) - 1}.{name}"] = parameter
    return {name: t.detach().cpu().float().contiguous() for name, t in tensors.items()}


@torch.no_grad()
def mean(networks: list[Network]) -> Network:
    """The network whose folded weights are the mean of those of several, which have come from the same one."""
    tensors = [folded(n) for n in networks]
    sums = {name: sum(t[name].double() for t in tensors) / len(tensors) for name in tensors[0]}
    return unfolded(networks[0].architecture, {name: t.float() for name, t in sums.items()})


def export(network: Network, path: str | Path, name: str, licence: str, preset: str | None = None):
    """Writes `network` to `path`; the metadata hold format, architecture (JSON), name, licence and recommended preset."""
    a = network.architecture
    architecture = {"keypoints": a.keypoints, "width": a.width, "depth": a.depth,
                    "anchors": [[_number(v) for v in level] for level in a.anchors]}
    metadata = {"format": FORMAT, "architecture": json.dumps(architecture), "name": name, "licence": licence}
    if preset:
        metadata["preset"] = preset
    path = Path(path)
    new = path.with_name(path.name + ".new")
    save_file({n: t.half() for n, t in folded(network).items()}, str(new), metadata)
    new.chmod(0o644)
    new.replace(path)


def load_exported(path: str | Path) -> Network:
    """The network of an exported file, computing in float32. Its batch normalisations only add the bias."""
    with safe_open(str(path), "pt") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{path}: format is {metadata.get('format')}, not {FORMAT}")
    a = json.loads(metadata["architecture"])
    a["anchors"] = tuple(tuple(level) for level in a["anchors"])
    try:
        return unfolded(Architecture(**a), {n: t for n, t in tensors.items() if not n.endswith(".range")})   # those of int8
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def unfolded(architecture: Architecture, tensors: dict[str, torch.Tensor]) -> Network:
    """The network with the tensors of `folded`."""
    network = Network(architecture).eval()
    state = network.state_dict()
    for name in state:
        if name in tensors:
            state[name] = tensors.pop(name)
        elif name.endswith(".bn.bias"):
            state[name] = tensors.pop(name.removesuffix(".bn.bias") + ".conv.bias")
        elif name.endswith(".bn.weight"):
            state[name] = torch.full_like(state[name], (1 + BN_EPS) ** 0.5)
    if tensors:
        raise ValueError(f"tensors that no layer has: {sorted(tensors)}")
    network.load_state_dict(state)
    return network


@torch.no_grad()
def unfold(network: Network, batches: list[torch.Tensor]) -> Network:
    """A network of `load_exported` made fit for training: its batch normalisations get the statistics of its features on
    `batches`, (B, 3, H, W) in 0…1, and weights that take them back, so that it computes what it did, and does so about
    as well with the statistics of a batch."""
    sums: dict[Conv, list] = {}

    def gather(conv):
        def hook(_, __, y):
            mean, square, n = sums.get(conv, (0, 0, 0))
            sums[conv] = [mean + y.mean((0, 2, 3)), square + y.square().mean((0, 2, 3)), n + 1]
        return hook

    convs = [m for m in network.modules() if isinstance(m, Conv)]
    hooks = [c.conv.register_forward_hook(gather(c)) for c in convs]
    for batch in batches:
        network.eval()(batch)
    for hook in hooks:
        hook.remove()
    for conv, (mean, square, n) in sums.items():
        mean, bn = mean / n, conv.bn
        variance = (square / n - mean ** 2).clamp(min=1e-6)
        bn.running_mean.copy_(mean)
        bn.running_var.copy_(variance)
        bn.weight.copy_((variance + bn.eps).sqrt())
        bn.bias.add_(mean)
    return network


def _number(value: float):
    return int(value) if value == int(value) else value


@torch.no_grad()
def difference(network: Network, path: str | Path, size: int = 320) -> float:
    """Largest difference of the outputs (after the sigmoid) of `network` and of the file at `path`, on a smooth image."""
    small = torch.rand(1, 3, 10, 10, generator=torch.Generator().manual_seed(0))
    image = torch.nn.functional.interpolate(small, (size, size), mode="bicubic").clamp(0, 1)
    pairs = zip(network.eval()(image), load_exported(path)(image))
    return max(float((a.sigmoid() - b.sigmoid()).abs().max()) for a, b in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="an official .pt, or a .ckpt or .state of this program (its EMA is used)")
    parser.add_argument("output")
    parser.add_argument("--name", default="kapao-n")
    parser.add_argument("--licence", default="GPL-3.0-or-later")
    parser.add_argument("--preset", help="thresholds that the file recommends")
    parser.add_argument("--mean-with", nargs="+", default=[], metavar="WEIGHTS", help="others, of which it is the mean")
    o = parser.parse_args()
    network = load_network(o.weights)
    if o.mean_with:
        network = mean([network, *map(load_network, o.mean_with)])
    export(network, o.output, o.name, o.licence, o.preset)
    size = Path(o.output).stat().st_size
    error = difference(network, o.output)
    print(f"{o.output}: {size / 1e6:.1f} MB; outputs differ from the float32 network's by at most {error:.3g}")


if __name__ == "__main__":
    main()
