"""Time and memory of `kapao-video analyse` for hours of a match: a synthetic CSV of players who walk on a court.

    python3 Benchmarks/analysis.py [PROGRAM] [--hours 3] [--players 4] [--rate 25]

Writes the CSV (about 230 MB an hour with four players) to a temporary folder and prints a table.
"""

import argparse
import json
import math
import random
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import memory

KEYPOINTS = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist "
    "right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
).split()
# Shares of the height from the middle of the ankles, to the right and down.
BODY = [
    (0.05, -0.93), (0.06, -0.95), (0.04, -0.95), (0.03, -0.94), (0.0, -0.94), (0.09, -0.8), (-0.09, -0.8), (0.11, -0.62),
    (-0.11, -0.62), (0.12, -0.48), (-0.12, -0.48), (0.06, -0.5), (-0.06, -0.5), (0.06, -0.26), (-0.06, -0.26), (0.06, 0),
    (-0.06, 0),
]  # fmt: skip
# A padel court of 10 × 20 m seen from behind: where its corners and net posts are in the frame.
POINTS = {"bottom-left": (140, 660), "bottom-right": (1140, 660), "top-left": (420, 180), "top-right": (860, 180)}


def write_match(path: Path, hours: float, players: int, rate: int) -> int:
    """Players who run in loops about the court; ankles 1.5 px off, one keypoint in twenty missing. Returns the frames."""
    noise = random.Random(1)
    jitter = [noise.gauss(0, 1.5) for _ in range(4093)]
    names = [f"{name}_{part}" for name in KEYPOINTS for part in ("x", "y", "conf", "src")]
    head = ["frame", "time_s", "pts", "track_id", "person_score", "bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"] + names
    frames, at = round(hours * 3600 * rate), 0
    with open(path, "w") as file:
        file.write(",".join(head) + "\n")
        for frame in range(frames):
            seconds = frame / rate
            for player in range(players):
                turn = seconds * 2 * math.pi / (9 + player)
                depth = 0.5 + 0.4 * math.sin(turn + player)
                width = 280 + 220 * depth
                x, y = 640 + 0.8 * width * math.cos(0.7 * turn + player), 180 + 480 * depth
                height = 90 + 130 * depth
                swing = 0.12 * height * math.sin(12 * turn)
                fields = [f"{frame},{seconds:.6f},{frame},{player + 1},0.9100"]
                fields.append(f"{x - 0.2 * height:.2f},{y - height:.2f},{x + 0.2 * height:.2f},{y:.2f}")
                for index, (right, down) in enumerate(BODY):
                    at = (at + 1) % 4093
                    if jitter[at] > 2.47:
                        fields.append(",,,")
                        continue
                    step = swing * (1 if index % 2 else -1) if index >= 13 else 0
                    fields.append(f"{x + right * height + step + jitter[at]:.2f},{y + down * height + jitter[-at]:.2f},0.8100,kp")
                file.write(",".join(fields) + "\n")
    return frames


def cpu() -> float:
    """Seconds of processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default=".build/kapao-video")
    parser.add_argument("--hours", type=float, default=3)
    parser.add_argument("--players", type=int, default=4)
    parser.add_argument("--rate", type=int, default=25)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        poses, court = folder / "match.csv", folder / "court.json"
        (folder / "points.csv").write_text("".join(f"{name},{x},{y}\n" for name, (x, y) in POINTS.items()))
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=s=1280x720", "-frames:v", "1", folder / "frame.png"], check=True)
        subprocess.run(
            [options.program, "court", "fit", folder / "frame.png", "--court", "padel", "--points", folder / "points.csv", "-o", court]
            + ["--quiet"], check=True)
        frames = write_match(poses, options.hours, options.players, options.rate)
        size = poses.stat().st_size / 1e6
        print(f"{options.hours:g} h, {options.players} players, {frames} frames, {size:.0f} MB of CSV")
        print("| outputs | seconds | of a core | peak memory, MB |\n|---|---|---|---|")
        whole = ["--court", court, "--movement", folder / "m.csv", "--summary", folder / "s.json", "--report", folder / "r.html"]
        for label, arguments in [
            ("movement, summary, report", whole),
            ("the same and angles", whole + ["--angles", folder / "a.csv"]),
            ("angles of one player", ["--person", "1", "--angles", folder / "a.csv"]),
        ]:
            start, before = time.monotonic(), cpu()
            peak, _ = memory.run(options.program, "analyse", poses, "--quiet", *arguments)
            print(f"| {label} | {time.monotonic() - start:.1f} | {cpu() - before:.1f} | {peak:.0f} |", flush=True)
        for person in json.loads((folder / "s.json").read_text())["people"]:
            movement = person["movement"]
            print(f"{person['name']}: {movement['distance'] / 1000:.1f} km, top speed {movement['top_speed']:.1f} m/s")


if __name__ == "__main__":
    main()
