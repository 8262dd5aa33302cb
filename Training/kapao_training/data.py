"""An endless stream of augmented batches, made in processes of their own."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from .augment import flip, jitter_colour, mosaic, single
from .dataset import PackedDataset, Sample


@dataclass
class Batch:
    """`images`: uint8 (B, 3, S, S), RGB. `owner`: (P,) image of each person. `boxes`: (P, 4) centre x, y,
    width, height. `keypoints`: (P, K, 3) x, y, visibility. Pixels of the network's input."""

    images: torch.Tensor
    owner: torch.Tensor
    boxes: torch.Tensor
    keypoints: torch.Tensor


def draw(dataset: PackedDataset, size: int, mosaic_share: float, rng: np.random.Generator) -> Sample:
    """One augmented training image."""
    def some(n):
        return [dataset[i] for i in rng.choice(len(dataset), n, p=dataset.weights)]

    sample = mosaic(some(4), size, rng) if rng.random() < mosaic_share else single(some(1)[0], size, rng)
    if rng.random() < 0.5:
        sample = flip(sample, dataset.skeleton.flip)
    sample.pixels = jitter_colour(sample.pixels, rng)
    return sample


def collate(samples: list[Sample], keypoints: int) -> Batch:
    images = np.stack([s.pixels[:, :, ::-1].transpose(2, 0, 1) for s in samples])
    people = [(i, p) for i, s in enumerate(samples) for p in s.people]
    corners = np.array([p.box for _, p in people], np.float32).reshape(-1, 4)
    boxes = np.concatenate(((corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]), 1)
    points = np.array([p.keypoints for _, p in people], np.float32).reshape(-1, keypoints, 3)
    owner = torch.tensor([i for i, _ in people], dtype=torch.long)
    return Batch(torch.from_numpy(images), owner, torch.from_numpy(boxes), torch.from_numpy(points))


class _Stream(IterableDataset):
    def __init__(self, dataset, size, batch, mosaic_share, seed):
        self.dataset, self.size, self.batch, self.mosaic_share, self.seed = dataset, size, batch, mosaic_share, seed

    def __iter__(self):
        cv2.setNumThreads(0)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        while True:
            samples = [draw(self.dataset, self.size, self.mosaic_share, rng) for _ in range(self.batch)]
            yield collate(samples, self.dataset.skeleton.count)


def stream(dataset: PackedDataset, size: int, batch: int, mosaic_share: float, seed: int, workers: int = 1):
    """An iterator over `Batch`es that never ends; `workers` processes prepare them ahead."""
    source = _Stream(dataset, size, batch, mosaic_share, seed)
    ahead = 4 if workers else None
    return iter(DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=ahead))
