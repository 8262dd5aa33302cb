"""COCO-format images and people, decoded once into a packed cache that batches are cut from."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .skeleton import Skeleton


@dataclass
class Person:
    """`box`: x1 y1 x2 y2. `keypoints`: (K, 3) x, y, visibility (0: unlabelled). Source pixels.

    `ignore`: somebody, or a crowd, of whom only the box is known: neither to be learnt nor held against the network.
    """

    box: np.ndarray
    keypoints: np.ndarray
    ignore: bool = False


@dataclass
class Sample:
    """One image: BGR pixels (H, W, 3) and the people in it."""

    pixels: np.ndarray
    people: list[Person]


class PackedDataset:
    """Images of a COCO JSON in one file of raw pixels (memory-mapped), none larger than `side`.

    `weights`: how often to draw each image, relative to the others: `human_weight` with human labels, else what
    `source_weights` says of its `source`, or once.
    """

    def __init__(self, annotations: Path, images: Path, cache: Path, side: int = 512, human_weight: float = 1.0,
                 source_weights: dict[str, float] = {}):
        data = json.loads(Path(annotations).read_text())
        self.skeleton = Skeleton.from_category(data["categories"][0])
        by_image: dict[int, list[dict]] = {}
        for a in data["annotations"]:
            if a["bbox"][2] > 1 and a["bbox"][3] > 1:
                by_image.setdefault(a["image_id"], []).append(a)
        self.records = [(i, by_image.get(i["id"], [])) for i in data["images"]]
        self.weights = np.array([
            human_weight if any(a.get("label") == "human" for a in people)
            else source_weights.get(image.get("source"), 1.0) for image, people in self.records])
        self.weights /= self.weights.sum()
        self.cache = Path(cache)
        self._open(Path(images), side)

    def _open(self, images: Path, side: int):
        self.cache.mkdir(parents=True, exist_ok=True)
        index, pixels = self.cache / "index.json", self.cache / "pixels.raw"
        names = [record["file_name"] for record, _ in self.records]
        stored = json.loads(index.read_text()) if index.exists() else {}
        if stored.get("names") != names or stored.get("side") != side:
            stored = {"names": names, "side": side, "shapes": _pack(names, images, pixels, side)}
            index.write_text(json.dumps(stored))
        self.shapes = [tuple(s) for s in stored["shapes"]]
        self.offsets = np.concatenate(([0], np.cumsum([h * w * 3 for h, w, _ in self.shapes])))
        self.pixels = np.memmap(pixels, np.uint8, "r")

    def __len__(self):
        return len(self.records)

    def __getitem__(self, i: int) -> Sample:
        h, w, scale = self.shapes[i]
        pixels = self.pixels[self.offsets[i]:self.offsets[i + 1]].reshape(h, w, 3)
        people = []
        for a in self.records[i][1]:
            x, y, bw, bh = a["bbox"]
            keypoints = np.array(a.get("keypoints") or [0] * 3 * self.skeleton.count, np.float32).reshape(-1, 3)
            keypoints[:, :2] *= scale
            ignore = bool(a.get("iscrowd") or a.get("ignore"))
            people.append(Person(np.array([x, y, x + bw, y + bh], np.float32) * scale, keypoints, ignore))
        return Sample(pixels, people)


def _pack(names: list[str], images: Path, target: Path, side: int) -> list[tuple[int, int, float]]:
    """Decodes every image into `target`; the height, width and scale of each."""
    shapes = []
    with open(target, "wb") as out:
        for name in names:
            image = cv2.imread(str(images / name))
            if image is None:
                raise FileNotFoundError(f"cannot read {images / name}")
            scale = min(1.0, side / max(image.shape[:2]))
            if scale < 1:
                image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            out.write(image.tobytes())
            shapes.append((image.shape[0], image.shape[1], scale))
    return shapes
