#!/usr/bin/env python3
"""What `--detect-every` gains and costs on a clip: frames a second, and how far the poses of the frames that are skipped
are from those that are found when every frame is looked at.

    Benchmarks/skipping.py CLIP... [--every 2,3,5] [--video] [--least 0.2] [--options='--tracker none']

The similarity is the OKS of COCO with the area of the box, over everyone found in a skipped frame, with a score of at
least LEAST, when all frames are looked at: the mean over pairs (assigned greedily, at least 0.1), and the share of
people who have a pair. "kept" is what
it would be if everyone stayed where the last detection was. "extra" are people in skipped frames without a pair, as a
share of those found. There is no second look at
people (Benchmarks/refinement.py measures that). Rates, and
milliseconds of all cores for a frame, are of whole runs that begin with the loading of the model; --video encodes a
video too.
"""

import argparse
import csv
import math
import pathlib
import resource
import shlex
import subprocess
import tempfile
import time

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/kapao-video"
SIGMAS = [.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089]


def run(clip, every, folder, options, video):
    """Seconds of a run on the clock and of the processor, and its frames: lists of (box area, keypoints, score)."""
    path = folder / f"{every}.csv"
    command = [PROGRAM, "annotate", clip, "--csv", path, "--detect-every", every, "--refine", "off", "--quiet", *options]
    if video:
        command += ["-o", folder / "out.mp4"]
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], check=True)
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    frames = []
    with open(path, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        score, x1 = header.index("person_score"), header.index("bbox_x1")
        points = [(header.index(name), header.index(name[:-1] + "y")) for name in header if name.endswith("_x")]
        if len(points) != len(SIGMAS):
            raise SystemExit("the model has other keypoints than COCO's")
        for row in rows:
            while len(frames) <= int(row[0]):
                frames.append([])
            if row[score]:
                left, top, right, bottom = (float(value) for value in row[x1:x1 + 4])
                keypoints = [(float(row[x]), float(row[y])) if row[x] else (math.nan, math.nan) for x, y in points]
                frames[int(row[0])].append(((right - left) * (bottom - top), keypoints, float(row[score])))
    return seconds, processor, frames


def similarity(truth, other):
    area, keypoints, _ = truth
    total = 0.0
    for (x, y), (u, v), sigma in zip(keypoints, other[1], SIGMAS):
        squared = (x - u) ** 2 + (y - v) ** 2
        if squared == squared:
            total += math.exp(-squared / (2 * max(area, 1) * 4 * sigma * sigma))
    return total / len(SIGMAS)


def pairs(truth, others):
    """The similarities of pairs by the place in `truth`; the best are paired first."""
    candidates = sorted(
        ((similarity(a, b), i, j) for i, a in enumerate(truth) for j, b in enumerate(others)), reverse=True)
    right, found = set(), {}
    for value, i, j in candidates:
        if value >= 0.1 and i not in found and j not in right:
            right.add(j)
            found[i] = value
    return found


def compare(truth, frames, skipped, least):
    """Mean similarity, share of people with a pair, and share of extra people."""
    values, people, extra = [], 0, 0
    for index in skipped:
        found = pairs(truth[index], frames[index])
        sure = [place for place, person in enumerate(truth[index]) if person[2] >= least]
        values += [found[place] for place in sure if place in found]
        people += len(sure)
        extra += len(frames[index]) - len(found)
    return sum(values) / max(1, len(values)), len(values) / max(1, people), extra / max(1, people)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", nargs="+", metavar="CLIP")
    parser.add_argument("--every", default="2,3,5")
    parser.add_argument("--least", type=float, default=0.2)
    parser.add_argument("--video", action="store_true", help="write an annotated video too")
    parser.add_argument("--options", default="", help="further options of annotate, in one word")
    arguments = parser.parse_args()
    steps = [int(word) for word in arguments.every.split(",")]
    options = shlex.split(arguments.options)
    print("| clip | N | frames/s | ratio | processor | OKS | paired | extra | kept: OKS | paired |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for clip in arguments.clips:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            seconds, own, truth = run(clip, 1, folder, options, arguments.video)
            rate = len(truth) / seconds
            stem = pathlib.Path(clip).stem
            print(f"| {stem} | 1 | {rate:.1f} | 1.00 | {own / len(truth) * 1000:.1f} ms | | | | | |", flush=True)
            for every in steps:
                seconds, own, frames = run(clip, every, folder, options, arguments.video)
                if len(frames) != len(truth):
                    raise SystemExit(f"{clip}: {len(frames)} frames instead of {len(truth)}")
                skipped = [index for index in range(len(truth)) if index % every]
                kept = [truth[index - index % every] for index in range(len(truth))]
                oks, paired, extra = compare(truth, frames, skipped, arguments.least)
                kept_oks, kept_paired, _ = compare(truth, kept, skipped, arguments.least)
                speed = len(frames) / seconds
                print(f"| {stem} | {every} | {speed:.1f} | {speed / rate:.2f} | {own / len(frames) * 1000:.1f} ms |"
                      f" {oks:.3f} | {paired:.1%} | {extra:.1%} | {kept_oks:.3f} | {kept_paired:.1%} |", flush=True)


if __name__ == "__main__":
    main()
