"""What is done to images and people before the network sees them."""

import cv2
import numpy as np

from .dataset import Person, Sample

GREY = 114


def place(sample: Sample, width: int, height: int, scale: float, left: float, top: float) -> Sample:
    """The window of a scaled sample whose top left corner lies at (left, top) of the scaled image.

    Outside the image it is grey. Keypoints outside the window become unlabelled, boxes are cut, and people
    of whom less than a quarter (of the box) stays, or whose box gets thinner than 6 px, are dropped.
    """
    matrix = np.array([[scale, 0, -left], [0, scale, -top]], np.float32)
    how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    if scale < 0.5:
        h, w = sample.pixels.shape[:2]
        small = cv2.resize(sample.pixels, (max(round(w * scale), 1), max(round(h * scale), 1)), interpolation=how)
        shift = np.array([[1, 0, -left], [0, 1, -top]], np.float32)
        pixels = cv2.warpAffine(small, shift, (width, height), borderValue=(GREY,) * 3)
    else:
        pixels = cv2.warpAffine(sample.pixels, matrix, (width, height), flags=how, borderValue=(GREY,) * 3)
    limit, corner = np.array([width, height], np.float32), np.array([left, top], np.float32)
    people = []
    for person in sample.people:
        box = person.box * scale - np.tile(corner, 2)
        cut = np.concatenate((np.clip(box[:2], 0, limit), np.clip(box[2:], 0, limit)))
        size, whole = cut[2:] - cut[:2], box[2:] - box[:2]
        if size.min() < 6 or size.prod() < 0.25 * whole.prod():
            continue
        keypoints = person.keypoints.copy()
        keypoints[:, :2] = keypoints[:, :2] * scale - corner
        inside = ((keypoints[:, :2] >= 0) & (keypoints[:, :2] < limit)).all(1)
        keypoints[~inside, 2] = 0
        people.append(Person(cut, keypoints))
    return Sample(pixels, people)


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
    """Four windows side by side, meeting at a random point near the middle."""
    cx, cy = (int(size * rng.uniform(0.35, 0.65)) for _ in range(2))
    canvas, people = np.empty((size, size, 3), np.uint8), []
    corners = ((0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size))
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


def single(sample: Sample, size: int, rng: np.random.Generator) -> Sample:
    """One window of an image at a random scale."""
    scale = covering(sample, size, size) * np.exp(rng.uniform(-0.45, 0.3))
    return random_window(sample, size, size, scale, rng)


def flip(sample: Sample, swap: list[int]) -> Sample:
    """Left and right exchanged, in the picture and in the names of the keypoints (`Skeleton.flip`)."""
    width, people = sample.pixels.shape[1], []
    for person in sample.people:
        x1, y1, x2, y2 = person.box
        keypoints = person.keypoints[swap].copy()
        keypoints[:, 0] = width - keypoints[:, 0]
        people.append(Person(np.array([width - x2, y1, width - x1, y2], np.float32), keypoints))
    return Sample(sample.pixels[:, ::-1], people)


def jitter_colour(pixels: np.ndarray, rng: np.random.Generator, hue=0.015, saturation=0.7, value=0.4) -> np.ndarray:
    """Random gains on hue, saturation and value; a tenth of the images become grey."""
    gains = 1 + rng.uniform(-1, 1, 3) * (hue, saturation, value)
    h, s, v = cv2.split(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_BGR2HSV))
    ramp = np.arange(256, dtype=np.float32)
    h = cv2.LUT(h, (ramp * gains[0] % 180).astype(np.uint8))
    s = cv2.LUT(s, np.clip(ramp * gains[1], 0, 255).astype(np.uint8))
    v = cv2.LUT(v, np.clip(ramp * gains[2], 0, 255).astype(np.uint8))
    if rng.random() < 0.1:
        s[:] = 0
    return cv2.cvtColor(cv2.merge((h, s, v)), cv2.COLOR_HSV2BGR)
