"""An endless stream of augmented batches, made in processes of their own."""

from dataclasses import dataclass
from itertools import count

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from .augment import flip, jitter_colour, mosaic, official_mosaic, person_crop, single
from .dataset import PackedDataset, Sample


@dataclass
class Batch:
    """`images`: uint8 (B, 3, S, S), RGB. `owner`: (P,) image of each person. `boxes`: (P, 4) centre x, y,
    width, height. `keypoints`: (P, K, 3) x, y, visibility. `ignored`: (P,). Pixels of the network's input."""

    images: torch.Tensor
    owner: torch.Tensor
    boxes: torch.Tensor
    keypoints: torch.Tensor
    ignored: torch.Tensor


@dataclass(frozen=True)
class Pictures:
    """Batches of `batch` whole pictures of `size` px, of which `mosaic` are mosaics (the `official` kind if so said, and then
    without grey pictures), `nines` of these of nine pictures instead of four; the share `crops` of the batches are
    `crop_batch` people of `crop_size` px instead (`person_crop`)."""

    size: int
    batch: int
    mosaic: float
    crops: float = 0.0
    crop_size: int = 256
    crop_batch: int = 1
    official: bool = False
    nines: float = 0.0


def draw(dataset: PackedDataset, pictures: Pictures, crop: bool, rng: np.random.Generator) -> Sample:
    """One augmented training image."""
    def some(n):
        return [dataset[i] for i in rng.choice(len(dataset), n, p=dataset.weights)]

    if crop:
        sample = person_crop(some(1)[0], pictures.crop_size, rng)
    elif rng.random() < pictures.mosaic:
        if pictures.official:
            sample = official_mosaic(some(4), pictures.size, rng)
        else:
            sample = mosaic(some(9 if rng.random() < pictures.nines else 4), pictures.size, rng)
    else:
        sample = single(some(1)[0], pictures.size, rng)
    if rng.random() < 0.5:
        sample = flip(sample, dataset.skeleton.flip)
    sample.pixels = jitter_colour(sample.pixels, rng, grey=0.0 if pictures.official else 0.1)
    return sample


def is_crop(batch: int, share: float) -> bool:
    """Whether a batch, by its number, is of crops. Not by chance: processes that train together have crops, which cost less,
    at the same steps."""
    return int((batch + 1) * share) > int(batch * share)


def collate(samples: list[Sample], keypoints: int) -> Batch:
    images = np.stack([s.pixels[:, :, ::-1].transpose(2, 0, 1) for s in samples])
    people = [(i, p) for i, s in enumerate(samples) for p in s.people]
    corners = np.array([p.box for _, p in people], np.float32).reshape(-1, 4)
    boxes = np.concatenate(((corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]), 1)
    points = np.array([p.keypoints for _, p in people], np.float32).reshape(-1, keypoints, 3)
    owner = torch.tensor([i for i, _ in people], dtype=torch.long)
    ignored = torch.tensor([p.ignore for _, p in people], dtype=torch.bool)
    return Batch(torch.from_numpy(images), owner, torch.from_numpy(boxes), torch.from_numpy(points), ignored)


class _Stream(IterableDataset):
    def __init__(self, dataset, pictures: Pictures, seed):
        self.dataset, self.pictures, self.seed = dataset, pictures, seed

    def __iter__(self):
        cv2.setNumThreads(0)
        worker = torch.utils.data.get_worker_info()
        first, every = (worker.id, worker.num_workers) if worker else (0, 1)
        rng, p = np.random.default_rng((self.seed, first)), self.pictures
        for i in count(first, every):
            crop = is_crop(i, p.crops)
            samples = [draw(self.dataset, p, crop, rng) for _ in range(p.crop_batch if crop else p.batch)]
            yield collate(samples, self.dataset.skeleton.count)


def stream(dataset: PackedDataset, pictures: Pictures, seed: int, workers: int = 1):
    """An iterator over `Batch`es that never ends; `workers` processes prepare them ahead."""
    source = _Stream(dataset, pictures, seed)
    ahead = 4 if workers else None
    return iter(DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=ahead))
