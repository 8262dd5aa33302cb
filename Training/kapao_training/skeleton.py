"""Keypoint sets: names, the left-right swap of a mirrored image, and OKS constants."""

from dataclasses import dataclass

COCO_NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)
COCO_SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072,
    0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
)
OTHER_SIGMA = 0.08


@dataclass(frozen=True)
class Skeleton:
    """K keypoints. `sigmas` are the per-keypoint constants of OKS (σ of the COCO evaluation)."""

    names: tuple[str, ...]
    sigmas: tuple[float, ...]

    @property
    def count(self) -> int:
        return len(self.names)

    @property
    def flip(self) -> list[int]:
        """Index of the keypoint that takes each place when the image is mirrored."""
        place = {name: i for i, name in enumerate(self.names)}
        return [place.get(_mirrored(name), i) for i, name in enumerate(self.names)]

    @staticmethod
    def coco() -> "Skeleton":
        return Skeleton(COCO_NAMES, COCO_SIGMAS)

    @staticmethod
    def from_category(category: dict) -> "Skeleton":
        """The skeleton of a COCO category: its `keypoints` names, or COCO-17 where there are none."""
        names = tuple(category.get("keypoints") or COCO_NAMES)
        known = dict(zip(COCO_NAMES, COCO_SIGMAS))
        return Skeleton(names, tuple(known.get(name, OTHER_SIGMA) for name in names))


def _mirrored(name: str) -> str:
    for one, other in (("left", "right"), ("right", "left")):
        if one in name:
            return name.replace(one, other)
    return name
