#!/usr/bin/env python3
"""Prints HOTA, IDF1, identity switches (by TrackEval) and purity of our tracker and its peers on real clips with truth.

    .venv/bin/python Benchmarks/tracking/clips.py TUD-Campus.mp4=TUD-Campus_gt.txt vtest.avi=PETS09-S2L1_gt.txt

The truth is a MOTChallenge file of boxes. PETS09-S2L1 is vtest.avi of Debian's opencv-doc. All trackers get the same
poses, those that `kapao-video export --tracker none` finds. Purity is the share of a track's boxes that are of the person
it follows most.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmark import data, evaluate
from peers import byte_track, sort
from scenes import Frame, Pose

PROGRAM = pathlib.Path(__file__).parents[2] / ".build/kapao-video"
WEAK, CONFIDENT, MEMORY = 0.1, 0.2, 2.0


def frames_of(poses, truth):
    """Frames with truth, and the poses of a native CSV in place of what was found."""
    people = np.loadtxt(truth, delimiter=",")
    people = people[people[:, 6] != 0] if people.shape[1] > 6 else people
    with open(poses) as file:
        rows = list(csv.DictReader(file))
    frames = [Frame(0.0) for _ in range(int(rows[-1]["frame"]) + 1)]
    for row in rows:
        frame = frames[int(row["frame"])]
        frame.time = float(row["time_s"])
        if row["person_score"]:
            box = np.array([float(row[f"bbox_{corner}"]) for corner in ("x1", "y1", "x2", "y2")])
            frame.found.append(Pose(float(row["person_score"]), box, None))
    for number, identity, left, top, width, height in people[:, :6]:
        if number <= len(frames):
            frames[int(number) - 1].truth.append((int(identity), np.array([left, top, left + width, top + height])))
    return frames


def ours(program, poses, frames, folder):
    """The tracks of `convert --tracker oks`, as (pose, identity) for every frame."""
    tracked = folder / "tracked.csv"
    subprocess.run([program, "convert", poses, "--quiet", "--tracker", "oks", "--pose-confidence", str(CONFIDENT),
                    "--to", "csv", "-o", tracked], check=True)
    result = [[] for _ in frames]
    with open(tracked) as file:
        for row in csv.DictReader(file):
            if row["track_id"]:
                box = np.array([float(row[f"bbox_{corner}"]) for corner in ("x1", "y1", "x2", "y2")])
                found = frames[int(row["frame"])].found
                index = next(i for i, pose in enumerate(found) if (pose.box == box).all())
                result[int(row["frame"])].append((index, int(row["track_id"])))
    return result


def purity(frames, named):
    """The share of matched boxes that are of the person whom their track follows most."""
    sequence, follows = data(frames, named), {}
    for people, tracks, overlaps in zip(sequence["gt_ids"], sequence["tracker_ids"], sequence["similarity_scores"]):
        for person, track in zip(*linear_sum_assignment(-overlaps)):
            if overlaps[person, track] >= 0.5:
                counts = follows.setdefault(int(tracks[track]), {})
                counts[int(people[person])] = counts.get(int(people[person]), 0) + 1
    return sum(max(f.values()) for f in follows.values()) / max(1, sum(sum(f.values()) for f in follows.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", metavar="VIDEO=TRUTH")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM, help="the program kapao-video")
    parser.add_argument("--size", type=int, default=640, help="longest side of the network's input")
    arguments = parser.parse_args()
    print(f"{'':24}{'HOTA':>7}{'AssA':>7}{'IDF1':>7}{'IDsw':>6}{'purity':>8}")
    for clip in arguments.clips:
        video, truth = clip.rsplit("=", 1)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            poses = folder / "poses.csv"
            subprocess.run([arguments.program, "export", video, "--quiet", "--refine", "off", "--size",
                            str(arguments.size), "--tracker", "none", "--pose-confidence", str(WEAK), "--format", "csv", "-o", poses], check=True)
            above, below = map(int, json.loads((folder / "poses.json").read_text())["source"]["frame_rate"].split("/"))
            rate, frames = above / below, frames_of(poses, truth)
            same = dict(lost_track_buffer=int(MEMORY * rate), track_activation_threshold=CONFIDENT)
            trackers = {
                "kapao-video oks": ours(arguments.program, poses, frames, folder),
                "ByteTrack": byte_track(frames, rate, high_conf_det_threshold=CONFIDENT, **same),
                "SORT": sort(frames, rate, CONFIDENT, **same)}
        print(f"{pathlib.Path(truth).stem}, {len(frames)} frames")
        for tracker, named in trackers.items():
            hota, assa, idf1, switches = evaluate([data(frames, named)])
            print(f"  {tracker:22}{hota:7.1f}{assa:7.1f}{idf1:7.1f}{switches:6d}{purity(frames, named):8.3f}")


if __name__ == "__main__":
    main()
