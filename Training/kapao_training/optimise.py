"""Optimisers. Weight decay acts on convolution weights only, not on biases and batch normalisation."""

import torch


def make_optimizer(kind: str, network: torch.nn.Module, decay: float) -> torch.optim.Optimizer:
    """`sgd` (Nesterov, as the paper) or `adamw`. Rate and momentum are set every step, see `set_rate`."""
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    if kind == "sgd":
        return torch.optim.SGD(groups, lr=0.0, momentum=0.9, nesterov=True, foreach=True)
    if kind == "adamw":
        return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.999), foreach=True)
    raise ValueError(f"unknown optimiser {kind}")


def set_rate(optimizer: torch.optim.Optimizer, rate: float, momentum: float):
    for group in optimizer.param_groups:
        group["lr"] = rate
        if "momentum" in group:
            group["momentum"] = momentum
        else:
            group["betas"] = (momentum, group["betas"][1])
