"""Optimisers. Weight decay acts on convolution weights only, not on biases and batch normalisation."""

import torch

from .muon import Muon


def make_optimizer(kind: str, network: torch.nn.Module, decay: float,
                   precision: torch.dtype = torch.float32) -> torch.optim.Optimizer:
    """`sgd` (Nesterov, as the paper), `adamw` or `muon`. Rate and momentum are set every step, see `set_rate`.
    `precision` is that of Muon's iteration."""
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    if kind == "sgd":
        biases = [p for name, p in network.named_parameters() if name.endswith(".bias")]
        ids = {id(p) for p in biases}
        groups[1]["params"] = [p for p in others if id(p) not in ids]
        groups.append({"params": biases, "weight_decay": 0.0, "is_bias": True})
        return torch.optim.SGD(groups, lr=0.0, momentum=0.9, nesterov=True, foreach=True)
    if kind == "adamw":
        return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.999), foreach=True)
    if kind == "muon":
        inner = [p for p in weights if p.shape[1] >= 16 and not _in_head(p, network)]
        ids = {id(p) for p in inner}
        outer = [p for p in weights if id(p) not in ids]
        return Muon([{"params": inner, "weight_decay": decay, "orthogonal": True},
                     {"params": outer, "weight_decay": decay}, groups[1]], precision)
    raise ValueError(f"unknown optimiser {kind}")


def _in_head(parameter: torch.Tensor, network: torch.nn.Module) -> bool:
    return any(parameter is p for p in network.model[-1].parameters())


def set_rate(optimizer: torch.optim.Optimizer, rate: float, momentum: float, bias_rate: float | None = None):
    """Sets rate and momentum of all groups; `bias_rate` is that of the biases, where it is another one."""
    for group in optimizer.param_groups:
        group["lr"] = rate if bias_rate is None or not group.get("is_bias") else bias_rate
        if "momentum" in group:
            group["momentum"] = momentum
        else:
            group["betas"] = (momentum, group["betas"][1])
