"""What is done to images and people before the network sees them."""

import cv2
import numpy as np

from .dataset import Person, Sample

GREY = 114


def warp(sample: Sample, matrix: np.ndarray, width: int, height: int) -> Sample:
    """The `width` × `height` window of a sample under the affine map `matrix` (2 × 3, source to window): a scale with or
    without a rotation.

    Outside the image it is grey. Keypoints outside the window become unlabelled, boxes are cut, and people of whom less
    than a quarter (of the box) stays, or whose box gets thinner than 6 px, are dropped (those to be ignored are not). A
    turned box is that of the ellipse inscribed in it, widened to the labelled keypoints.
    """
    matrix = np.asarray(matrix, np.float64)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    pixels, used = sample.pixels, matrix
    if scale < 0.5:
        h, w = pixels.shape[:2]
        size = max(round(w * scale), 1), max(round(h * scale), 1)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        used = matrix @ np.diag((w / size[0], h / size[1], 1))
    pixels = cv2.warpAffine(pixels, used, (width, height), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
    limit = np.array([width, height], np.float32)
    turned = matrix[0, 1] != 0
    people = []
    for person in sample.people:
        keypoints = person.keypoints.copy()
        keypoints[:, :2] = keypoints[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        centre = matrix[:, :2] @ ((person.box[:2] + person.box[2:]) / 2) + matrix[:, 2]
        half = np.sqrt(matrix[:, :2] ** 2 @ ((person.box[2:] - person.box[:2]) / 2) ** 2)
        low, high = centre - half, centre + half
        labelled = keypoints[keypoints[:, 2] > 0, :2]
        if turned and len(labelled):
            low, high = np.minimum(low, labelled.min(0)), np.maximum(high, labelled.max(0))
        cut = np.concatenate((np.clip(low, 0, limit), np.clip(high, 0, limit))).astype(np.float32)
        size = cut[2:] - cut[:2]
        if person.ignore:
            if size.min() > 0:
                people.append(Person(cut, keypoints, True))
            continue
        if size.min() < 6 or size.prod() < 0.25 * (high - low).prod():
            continue
        inside = ((keypoints[:, :2] >= 0) & (keypoints[:, :2] < limit)).all(1)
        keypoints[~inside, 2] = 0
        people.append(Person(cut, keypoints))
    return Sample(pixels, people)


def place(sample: Sample, width: int, height: int, scale: float, left: float, top: float) -> Sample:
    """The window of a scaled sample whose top left corner lies at (left, top) of the scaled image (see `warp`)."""
    return warp(sample, np.array([[scale, 0, -left], [0, scale, -top]]), width, height)


def random_window(sample: Sample, width: int, height: int, scale: float, rng: np.random.Generator) -> Sample:
    """`place` at a random spot: mostly one that shows a random person, always one that shows much of the image."""
    h, w = np.array(sample.pixels.shape[:2]) * scale
    if sample.people and rng.random() < 0.8:
        box = sample.people[rng.integers(len(sample.people))].box * scale
        aim = box[:2] + (box[2:] - box[:2]) * rng.random(2)
    else:
        aim = np.array([w, h]) * rng.random(2)
    corner = aim - np.array([width, height]) * rng.random(2)
    slack = np.array([width, height]) * 0.1
    low, high = -slack, np.array([w - width, h - height]) + slack
    middle = (np.array([w - width, h - height])) / 2
    corner = np.where(low <= high, np.clip(corner, low, high), middle + (rng.random(2) - 0.5) * np.abs(high - low))
    return place(sample, width, height, scale, *corner)


def covering(sample: Sample, width: int, height: int) -> float:
    """The scale at which an image just covers a window: grey teaches nothing."""
    h, w = sample.pixels.shape[:2]
    return max(width / w, height / h)


def mosaic(samples: list[Sample], size: int, rng: np.random.Generator) -> Sample:
    """Windows side by side, as many in a row as in a column, whose corners meet near where equal ones would."""
    n = round(len(samples) ** 0.5)
    xs, ys = ([0, *(int(size * (k + rng.uniform(-0.3, 0.3)) / n) for k in range(1, n)), size] for _ in range(2))
    canvas, people = np.empty((size, size, 3), np.uint8), []
    corners = [(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(n) for i in range(n)]
    for sample, (x1, y1, x2, y2) in zip(samples, corners):
        w, h = x2 - x1, y2 - y1
        scale = covering(sample, w, h) * np.exp(rng.uniform(-0.35, 0.35))
        tile = random_window(sample, w, h, scale, rng)
        canvas[y1:y2, x1:x2] = tile.pixels
        for person in tile.people:
            person.box += (x1, y1, x1, y1)
            person.keypoints[:, :2] += (x1, y1)
            people.append(person)
    return Sample(canvas, people)


def official_mosaic(samples: list[Sample], size: int, rng: np.random.Generator, spread: float = 0.9) -> Sample:
    """Four pictures, each with its longest side at `size`, whose corners meet at a random point of a canvas of twice the
    size, seen through a window of scale 1 ± `spread` that is moved by up to a tenth: the augmentation of the official
    program (its hyperparameters for P6 networks)."""
    meet, scale = rng.uniform(0.5, 1.5, 2) * size, rng.uniform(1 - spread, 1 + spread)
    move = rng.uniform(0.4, 0.6, 2) * size - scale * size
    canvas, people = np.full((size, size, 3), GREY, np.uint8), []
    for k, sample in enumerate(samples):
        extent = np.array(sample.pixels.shape[1::-1]) * size / max(sample.pixels.shape[:2])
        corner = meet - extent * (1 - k % 2, 1 - k // 2)
        low, high = scale * corner + move, scale * (corner + extent) + move
        factor = scale * size / max(sample.pixels.shape[:2])
        tile = place(sample, size, size, factor, *-low)
        (x1, y1), (x2, y2) = (np.clip(np.rint(p), 0, size).astype(int) for p in (low, high))
        canvas[y1:y2, x1:x2] = tile.pixels[y1:y2, x1:x2]
        people += tile.people
    return Sample(canvas, people)


# Scales of pictures by themselves (logarithms) around the one at which they just fit, at which they are detected.
SINGLE_SPREAD = (-0.3, 0.5)


def single(sample: Sample, size: int, rng: np.random.Generator) -> Sample:
    """One window of an image at a random scale."""
    scale = size / max(sample.pixels.shape[:2]) * np.exp(rng.uniform(*SINGLE_SPREAD))
    return random_window(sample, size, size, scale, rng)


# Crops are squares of this many times the longer side of a person's box, whose scale varies within `CROP_SPREAD` (logarithms):
# around the 1.1 of the second look.
CROP_MARGIN = 1.25
CROP_SPREAD = (-0.4, 0.25)


def person_crop(sample: Sample, size: int, rng: np.random.Generator) -> Sample:
    """A square around one person as the second look cuts it, with errors of scale and place as a first look makes them.

    Half of the crops are turned by some degrees, an eighth by any angle. Of people lower than 24 px or with fewer than three
    keypoints there is none: then it is `single`.
    """
    able = [p for p in sample.people
            if not p.ignore and (p.box[2:] - p.box[:2]).max() >= 24 and (p.keypoints[:, 2] > 0).sum() >= 3]
    if not able:
        return single(sample, size, rng)
    person = able[rng.integers(len(able))]
    side = (person.box[2:] - person.box[:2]).max()
    scale = size / CROP_MARGIN / side * np.exp(rng.uniform(*CROP_SPREAD))
    kind = rng.random()
    angle = rng.uniform(-np.pi, np.pi) if kind < 0.125 else rng.normal(0, 0.2) if kind < 0.625 else 0.0
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    aim = size / 2 + rng.uniform(-0.12, 0.12, 2) * size
    shift = aim - turn @ ((person.box[:2] + person.box[2:]) / 2)
    return warp(sample, np.column_stack((turn, shift)), size, size)


def flip(sample: Sample, swap: list[int]) -> Sample:
    """Left and right exchanged, in the picture and in the names of the keypoints (`Skeleton.flip`)."""
    width, people = sample.pixels.shape[1], []
    for person in sample.people:
        x1, y1, x2, y2 = person.box
        keypoints = person.keypoints[swap].copy()
        keypoints[:, 0] = width - keypoints[:, 0]
        people.append(Person(np.array([width - x2, y1, width - x1, y2], np.float32), keypoints, person.ignore))
    return Sample(sample.pixels[:, ::-1], people)


def jitter_colour(pixels: np.ndarray, rng: np.random.Generator, hue=0.015, saturation=0.7, value=0.4,
                  grey=0.1) -> np.ndarray:
    """Random gains on hue, saturation and value; the share `grey` of the images become grey."""
    gains = 1 + rng.uniform(-1, 1, 3) * (hue, saturation, value)
    h, s, v = cv2.split(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_BGR2HSV))
    ramp = np.arange(256, dtype=np.float32)
    h = cv2.LUT(h, (ramp * gains[0] % 180).astype(np.uint8))
    s = cv2.LUT(s, np.clip(ramp * gains[1], 0, 255).astype(np.uint8))
    v = cv2.LUT(v, np.clip(ramp * gains[2], 0, 255).astype(np.uint8))
    if rng.random() < grey:
        s[:] = 0
    return cv2.cvtColor(cv2.merge((h, s, v)), cv2.COLOR_HSV2BGR)
