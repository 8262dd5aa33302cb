"""The native CSV as the other formats are compared with it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

KEYPOINTS = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist "
    "right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
).split()


@dataclass
class Person:
    """A row of the native CSV; points are (x, y, confidence) or None."""

    frame: int
    track: int
    score: float
    box: tuple[float, float, float, float]
    points: dict[str, tuple[float, float, float] | None]

    @property
    def corner_and_size(self) -> list[float]:
        x1, y1, x2, y2 = self.box
        return [x1, y1, x2 - x1, y2 - y1]

    def middle(self, first: str, second: str) -> tuple[float, float, float] | None:
        a, b = self.points[first], self.points[second]
        if a is None or b is None:
            return None
        return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, min(a[2], b[2]))


class Native:
    """A native CSV: its table, its people, and the time of each frame."""

    def __init__(self, path: Path):
        self.path = path
        self.table = pd.read_csv(path)
        self.times = self.table.groupby("frame")["time_s"].first()
        self.people = [self._person(row) for _, row in self.table.iterrows() if pd.notna(row["person_score"])]

    @property
    def frame_count(self) -> int:
        return len(self.times)

    @property
    def tracks(self) -> list[int]:
        return sorted({person.track for person in self.people})

    def at(self, frame: int) -> list[Person]:
        return [person for person in self.people if person.frame == frame]

    def one(self, frame: int, track: int) -> Person | None:
        return next((person for person in self.at(frame) if person.track == track), None)

    @staticmethod
    def _person(row: pd.Series) -> Person:
        def point(name: str) -> tuple[float, float, float] | None:
            if pd.isna(row[f"{name}_x"]):
                return None
            confirmed = row[f"{name}_src"] == "kp"
            return (
                row[f"{name}_x"],
                row[f"{name}_y"],
                # A keypoint that no keypoint object confirmed is as sure as its person.
                row[f"{name}_conf"] if confirmed else row["person_score"],
            )

        return Person(
            frame=int(row["frame"]),
            track=int(row["track_id"]) if pd.notna(row["track_id"]) else -1,
            score=row["person_score"],
            box=tuple(row[f"bbox_{edge}"] for edge in ("x1", "y1", "x2", "y2")),
            points={name: point(name) for name in KEYPOINTS},
        )
