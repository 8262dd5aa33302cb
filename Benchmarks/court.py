"""What the map of a court implies, and what people on it do: whether the points were clicked rightly.

    kapao-video export match.mp4 --smooth butterworth --csv poses.csv --court court.json --person on-court --relink --movement movement.csv
    python3 Benchmarks/court.py court.json poses.csv movement.csv

A plane is seen by a camera with square pixels and its axis in the middle of the frame. Then right angles on the floor ask for one focal
length and equal scales of both directions for another: where they agree, the floor has its true shape. The heights of people
tell whether it has its true size. Speeds above those of people, and steps from one frame to the next, tell of jumps.
"""

import argparse
import csv
import json
from collections import defaultdict

import numpy as np

# The nose is 0.93 of a person's height above the floor, and an ankle 0.039.
NOSE, ANKLE = 0.93, 0.039


def camera(court: dict) -> tuple[list[float], np.ndarray]:
    """The two focal lengths in pixels, and the camera's 3 × 4 matrix from metres on and above the floor to pixels."""
    to_pixels = np.linalg.inv(np.array(court["homography"]["rows"]).reshape(3, 3))
    width, height = court["image_size"]
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    a = np.linalg.inv(middle) @ to_pixels
    right_angles = -(a[0, 0] * a[0, 1] + a[1, 0] * a[1, 1]) / (a[2, 0] * a[2, 1])
    lengths = (a[:2, 0] @ a[:2, 0]) - (a[:2, 1] @ a[:2, 1])
    equal_scales = lengths / (a[2, 1] ** 2 - a[2, 0] ** 2)
    focal = [float(np.sqrt(max(square, 0))) for square in (right_angles, equal_scales)]
    k = middle @ np.diag([focal[1], focal[1], 1])
    b = np.linalg.inv(k) @ to_pixels
    b /= (np.linalg.norm(b[:, 0]) + np.linalg.norm(b[:, 1])) / 2
    if b[2, 2] < 0:
        b = -b
    up = np.cross(b[:, 0], b[:, 1])
    # The camera is above the floor.
    if -(np.linalg.inv(np.column_stack([b[:, 0], b[:, 1], up])) @ b[:, 2])[2] < 0:
        up = -up
    return focal, k @ np.column_stack([b[:, 0], b[:, 1], up, b[:, 2]])


def height_of(row: dict[str, str], view: np.ndarray) -> float | None:
    """Height of a person in metres, by the nose above the middle of the ankles."""
    names = [f"{name}_{axis}" for name in ("left_ankle", "right_ankle", "nose") for axis in "xy"]
    if any(row[name] == "" for name in names) or any(row[f"{name[:-2]}_src"] != "kp" for name in names):
        return None
    lx, ly, rx, ry, nx, ny = (float(row[name]) for name in names)
    # The ankles are not on the floor: their place there is found by going down from where they are.
    height = 1.7
    for _ in range(5):
        plane = np.column_stack([view[:, 0], view[:, 1], view[:, 3] + ANKLE * height * view[:, 2]])
        x, y, w = np.linalg.inv(plane) @ [(lx + rx) / 2, (ly + ry) / 2, 1]
        foot = np.array([x / w, y / w])
        base, up = view[:, :2] @ foot + view[:, 3], view[:, 2]
        # ny = (base.y + z up.y) / (base.w + z up.w)
        height = (ny * base[2] - base[1]) / (up[1] - ny * up[2]) / NOSE
    return float(height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("court")
    parser.add_argument("poses")
    parser.add_argument("movement")
    options = parser.parse_args()
    with open(options.court) as file:
        court = json.load(file)
    focal, view = camera(court)
    centre = -np.linalg.inv(view[:, :3]) @ view[:, 3]
    print(f"focal length {focal[0]:.0f} px by right angles, {focal[1]:.0f} px by equal scales; camera {centre[2]:.1f} m up")
    moved = defaultdict(list)
    with open(options.movement) as file:
        for row in csv.DictReader(file):
            moved[row["name"]].append(row)
    heights = []
    frames = {row["frame"] for rows in moved.values() for row in rows}
    with open(options.poses) as file:
        for row in csv.DictReader(file):
            if row["frame"] in frames and row["track_id"]:
                heights.append(height_of(row, view))
    seen = sorted(height for height in heights if height is not None)
    # Where one vanishing point is far away, as in a view along the court, nothing tells of the camera.
    if seen and max(focal) < 1.2 * min(focal):
        low, middle, high = (seen[round(share * (len(seen) - 1))] for share in (0.25, 0.5, 0.75))
        print(f"people are {middle:.2f} m tall (median of {len(seen)}; the middle half {low:.2f} to {high:.2f} m)")
    print("| person | seconds | distance, m | top speed, m/s | longest way from one frame to the next, m | pieces |\n|---|---|---|---|---|---|")
    for name, rows in sorted(moved.items()):
        steps = [
            np.hypot(float(b["x_m"]) - float(a["x_m"]), float(b["y_m"]) - float(a["y_m"]))
            for a, b in zip(rows, rows[1:])
            if a["piece"] == b["piece"] and a["speed_m_s"] and b["speed_m_s"] and int(b["frame"]) == int(a["frame"]) + 1
        ]
        speeds = [float(row["speed_m_s"]) for row in rows if row["speed_m_s"]]
        seconds = float(rows[-1]["time_s"]) - float(rows[0]["time_s"])
        pieces = len({row["piece"] for row in rows})
        print(f"| {name} | {seconds:.1f} | {float(rows[-1]['distance_m']):.1f} | {max(speeds, default=0):.1f} | {max(steps, default=0):.2f} | {pieces} |")


if __name__ == "__main__":
    main()
