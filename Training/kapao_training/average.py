"""Exponential moving average of a network's weights."""

import copy
import math

import torch


class Average:
    """`network` follows the trained one: w ← d·w + (1 − d)·w', with d rising to `decay` over about `ramp` updates."""

    def __init__(self, network: torch.nn.Module, decay: float = 0.9995, ramp: float = 1000, updates: int = 0):
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay, self.ramp, self.updates = decay, ramp, updates

    @torch.no_grad()
    def update(self, network: torch.nn.Module):
        self.updates += 1
        d = self.decay * (1 - math.exp(-self.updates / self.ramp))
        ours, theirs = self.network.state_dict(), network.state_dict()
        floats = [n for n, t in ours.items() if t.is_floating_point()]
        torch._foreach_lerp_([ours[n] for n in floats], [theirs[n].detach() for n in floats], 1 - d)
        for n in ours.keys() - set(floats):
            ours[n].copy_(theirs[n])
