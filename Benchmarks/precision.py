#!/usr/bin/env python3
"""How far the poses of int8 are from those of fp32, on a clip and where there are labels.

    Benchmarks/precision.py CLIP [--model MODEL] [--labels DIR]

People of the two runs are paired frame by frame by the overlap of their boxes (IoU of at least 0.5). A shift is the
distance of a keypoint in the two, in pixels and as a share of the longer side of the person's box. DIR holds val.json
and val/ (COCO format).
"""

import argparse
import csv
import math
import pathlib
import subprocess
import tempfile

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/kapao-video"


def people(clip, precision, model, folder):
    """For each frame a list of (box, keypoints)."""
    path = folder / f"{precision}.csv"
    subprocess.run([PROGRAM, "export", clip, "--format", "csv", "-o", path, "--quiet", "--precision", precision, *model],
                   check=True)
    frames = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if not row["bbox_x1"]:
                continue
            box = [float(row[f"bbox_{side}"]) for side in ("x1", "y1", "x2", "y2")]
            names = [name[:-2] for name in row if name.endswith("_x")]
            points = [(float(row[f"{n}_x"]), float(row[f"{n}_y"])) if row[f"{n}_x"] else None for n in names]
            frames.setdefault(int(row["frame"]), []).append((box, points))
    return frames


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inside = max(0, width) * max(0, height)
    return inside / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inside)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip")
    parser.add_argument("--model")
    parser.add_argument("--labels", type=pathlib.Path)
    o = parser.parse_args()
    model = ["--model", o.model] if o.model else []
    with tempfile.TemporaryDirectory() as folder:
        fp32, int8 = (people(o.clip, p, model, pathlib.Path(folder)) for p in ("fp32", "int8"))
    shifts, paired = [], 0
    for frame, found in fp32.items():
        rest = list(int8.get(frame, []))
        for box, points in found:
            best = max(rest, key=lambda other: overlap(box, other[0]), default=None)
            if best is None or overlap(box, best[0]) < 0.5:
                continue
            rest.remove(best)
            paired += 1
            side = max(box[2] - box[0], box[3] - box[1])
            shifts += [(math.dist(a, b), math.dist(a, b) / side) for a, b in zip(points, best[1]) if a and b]
    count = [sum(len(found) for found in frames.values()) for frames in (fp32, int8)]
    print(f"people: {count[0]} in fp32, {count[1]} in int8, {paired} in both")
    if shifts:
        for name, share in (("median", .5), ("95 %", .95), ("largest", 1)):
            pixels, relative = (sorted(s[i] for s in shifts)[max(0, math.ceil(share * len(shifts)) - 1)] for i in (0, 1))
            print(f"keypoint shift, {name}: {pixels:.2f} px, {100 * relative:.1f} % of the person")
    if o.labels:
        for precision in ("fp32", "int8"):
            text = subprocess.run(
                [PROGRAM, "eval", "--images", o.labels / "val", "--annotations", o.labels / "val.json", "--quiet",
                 "--precision", precision, *model],
                check=True, capture_output=True, text=True).stdout
            print(f"{precision}: " + ", ".join(" ".join(line.split()) for line in text.splitlines()[:3]))


if __name__ == "__main__":
    main()
