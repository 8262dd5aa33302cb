"""Synthetic scenes with known truth: people who walk, cross and hide each other, and what a network finds of them."""

from dataclasses import dataclass, field

import numpy as np

# COCO's keypoints of a standing person: across and up, and how far they swing across; in heights.
STANDING = np.array([
    (0, 0.93), (0.02, 0.95), (-0.02, 0.95), (0.04, 0.94), (-0.04, 0.94), (0.11, 0.82), (-0.11, 0.82), (0.15, 0.65),
    (-0.15, 0.65), (0.16, 0.49), (-0.16, 0.49), (0.07, 0.52), (-0.07, 0.52), (0.08, 0.28), (-0.08, 0.28),
    (0.09, 0.04), (-0.09, 0.04)])
SWING = np.array([0, 0, 0, 0, 0, 0, 0, 0.04, -0.04, 0.09, -0.09, 0, 0, -0.05, 0.05, -0.11, 0.11])
WIDTH, HEIGHT = 1280, 720


@dataclass
class Pose:
    """A person found: score, box (x1, y1, x2, y2) and keypoints (17, 2), in pixels."""
    score: float
    box: np.ndarray
    keypoints: np.ndarray


@dataclass
class Frame:
    """What is there (identity and box) and what was found."""
    time: float
    truth: list = field(default_factory=list)
    found: list = field(default_factory=list)


class Walker:
    """Someone who walks to and fro, turning now and then as the random numbers say."""

    def __init__(self, random, seconds):
        self.depth = random.uniform(0, 1)
        self.height = 110 + 190 * self.depth
        self.phase = random.uniform(0, 7)
        self.x, velocity = [], random.normal(0, 0.7)
        x = random.uniform(100, WIDTH - 100)
        # Brownian velocity with a pull to rest, in heights per second; walls at the picture's sides.
        for _ in range(int(seconds * 120) + 2):
            self.x.append(x)
            velocity += -0.5 * velocity / 120 + random.normal(0, 1.1) * (1 / 120) ** 0.5
            x += velocity * self.height / 120
            if not 40 < x < WIDTH - 40:
                velocity = abs(velocity) if x < WIDTH / 2 else -abs(velocity)

    def pose(self, time):
        swing = np.sin(2 * np.pi * 1.1 * time + self.phase)
        keypoints = STANDING.copy()
        keypoints[:, 0] += SWING * swing
        keypoints = keypoints * (self.height, -self.height)
        keypoints += (self.x[int(time * 120)], 330 + 300 * self.depth)
        return keypoints, around(keypoints, 0.05 * self.height)


def around(keypoints, margin):
    return np.concatenate([keypoints.min(0) - margin, keypoints.max(0) + margin])


def cover(box, other):
    """The share of a box that another covers."""
    size = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    return float(size.prod() / (box[2:] - box[:2]).prod()) if (size > 0).all() else 0.0


def scene(seed, people, seconds=20, rate=30.0, miss=0.05, false=0.3):
    """Frames of a scene. `false`: wrong poses a frame, most of them weak."""
    random = np.random.default_rng(seed)
    walkers = [Walker(random, seconds) for _ in range(people)]
    frames = []
    for index in range(int(seconds * rate)):
        frame = Frame(index / rate)
        poses = [walker.pose(frame.time) for walker in walkers]
        for identity, (walker, (keypoints, box)) in enumerate(zip(walkers, poses), 1):
            hidden = max((cover(box, other[1]) for near, other in zip(walkers, poses) if near.depth > walker.depth),
                         default=0)
            if hidden > 0.8:
                continue
            frame.truth.append((identity, box))
            if random.uniform() < miss:
                continue
            # What is covered is found with less confidence and less exactly.
            noise = (0.012 + 0.03 * hidden) * walker.height
            found = keypoints + random.normal(0, noise, (17, 2)) + random.normal(0, noise / 2, 2)
            score = float(np.clip(0.85 - 0.75 * hidden + random.normal(0, 0.07), 0.05, 0.98))
            frame.found.append(Pose(score, around(found, 0.05 * walker.height), found))
        for _ in range(random.poisson(false)):
            height = random.uniform(80, 300)
            found = STANDING * (height, -height) + (random.uniform(0, WIDTH), random.uniform(300, HEIGHT))
            frame.found.append(Pose(float(random.beta(2, 5)), around(found, 0.05 * height), found))
        frames.append(frame)
    return frames
