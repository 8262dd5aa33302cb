"""Several processes that train one network: each on batches of its own, with weights averaged every few steps.

(Local SGD, Stich 2019.) Averaging at every step would be plain data-parallel training; less often, processes that share
cores or are uneven wait for each other less.
"""

import contextlib
import os
from datetime import timedelta

import torch
import torch.distributed as dist


def count() -> int:
    """Processes of this run, as `torchrun` tells."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def join(device: torch.device):
    """Waits until all are there."""
    if count() > 1:
        if device.type == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        # On idle cores alone one may measure, or write its state, while the others wait for longer than the half hour of old.
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=timedelta(days=7))


def leave():
    if count() > 1:
        dist.destroy_process_group()


@contextlib.contextmanager
def first_alone():
    """What the first process does before the others may."""
    if count() > 1 and rank():
        dist.barrier()
    yield
    if count() > 1 and not rank():
        dist.barrier()


@torch.no_grad()
def average(network: torch.nn.Module, *numbers: float) -> tuple[float, ...]:
    """Weights, batch statistics and `numbers` become the means over all processes."""
    if count() == 1:
        return numbers
    tensors = [t for t in network.state_dict().values() if t.is_floating_point()]
    own = torch.tensor(numbers, dtype=torch.float32, device=tensors[0].device)
    flat = torch.cat([t.flatten() for t in tensors] + [own])
    dist.all_reduce(flat)
    flat /= count()
    parts = flat.split([t.numel() for t in tensors] + [len(numbers)])
    for tensor, mean in zip(tensors, parts):
        tensor.copy_(mean.view(tensor.shape))
    return tuple(parts[-1].tolist())
