#!/usr/bin/env python3
"""Prints HOTA, IDF1 and identity switches (by TrackEval) of our tracker and its peers on the same noisy poses.

    python3 -m venv .venv && .venv/bin/pip install -r Benchmarks/tracking/requirements.txt
    swift build -c release --product kapao-bench
    .venv/bin/python Benchmarks/tracking/benchmark.py
"""

import argparse
import pathlib
import subprocess

import numpy as np
import trackeval

from peers import byte_track, overlap, plain_iou
from scenes import scene

BENCH = pathlib.Path(__file__).parent.parent.parent / ".build/release/kapao-bench"


def ours(frames, bench):
    """kapao-video's OKS tracker; also the median milliseconds of a frame."""
    lines = []
    for number, frame in enumerate(frames):
        lines.append(f"{number} {frame.time}")
        for pose in frame.found:
            values = [pose.score, *pose.box, *pose.keypoints.ravel()]
            lines.append(f"{number} {frame.time} " + " ".join(f"{value:.3f}" for value in values))
    run = subprocess.run([bench, "track"], input="\n".join(lines) + "\n", text=True, capture_output=True, check=True)
    result = [[] for _ in frames]
    for line in run.stdout.splitlines():
        number, index, key = map(int, line.split())
        result[number].append((index, key))
    return result, float(run.stderr.split()[-1])


def data(frames, named):
    """A sequence as TrackEval wants it."""
    gt, tracks = {}, {}
    sequence = {"gt_ids": [], "tracker_ids": [], "similarity_scores": []}
    for frame, people in zip(frames, named):
        sequence["gt_ids"].append(np.array([gt.setdefault(key, len(gt)) for key, _ in frame.truth], int))
        sequence["tracker_ids"].append(np.array([tracks.setdefault(key, len(tracks)) for _, key in people], int))
        sequence["similarity_scores"].append(np.array(
            [[overlap(box, frame.found[index].box) for index, _ in people] for _, box in frame.truth]
        ).reshape(len(frame.truth), len(people)))
    return sequence | {
        "num_timesteps": len(frames), "num_gt_ids": len(gt), "num_tracker_ids": len(tracks),
        "num_gt_dets": sum(map(len, sequence["gt_ids"])), "num_tracker_dets": sum(map(len, sequence["tracker_ids"]))}


def evaluate(sequences):
    """HOTA, AssA, IDF1 in percent, and identity switches, over all sequences."""
    quiet = {"PRINT_CONFIG": False}
    metrics = [trackeval.metrics.HOTA(), trackeval.metrics.Identity(quiet), trackeval.metrics.CLEAR(quiet)]
    results = [m.combine_sequences({str(i): m.eval_sequence(s) for i, s in enumerate(sequences)}) for m in metrics]
    return (100 * results[0]["HOTA"].mean(), 100 * results[0]["AssA"].mean(), 100 * results[1]["IDF1"],
            int(results[2]["IDSW"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=pathlib.Path, default=BENCH, help="the program kapao-bench")
    parser.add_argument("--seeds", type=int, default=5, help="scenes of each kind")
    arguments = parser.parse_args()

    # ByteTrack with the thresholds and the memory that ours has, and as it comes.
    same = dict(track_activation_threshold=0.5, high_conf_det_threshold=0.5, lost_track_buffer=60)
    trackers = {
        "kapao-video oks": lambda frames, rate: ours(frames, arguments.bench)[0],
        "plain IoU": plain_iou,
        "ByteTrack, same thresholds": lambda frames, rate: byte_track(frames, rate, **same),
        "ByteTrack, its defaults": byte_track,
    }
    kinds = {"4 people, 30 fps": (4, 30), "10 people, 30 fps": (10, 30), "10 people, 10 fps": (10, 10),
             "20 people, 30 fps": (20, 30)}
    print(f"{'':28}{'HOTA':>7}{'AssA':>7}{'IDF1':>7}{'IDsw':>7}")
    for kind, (people, rate) in kinds.items():
        print(f"{kind}, {arguments.seeds} scenes of 20 s")
        scenes = [scene(seed, people, rate=rate) for seed in range(100, 100 + arguments.seeds)]
        for name, run in trackers.items():
            hota, assa, idf1, switches = evaluate([data(frames, run(frames, rate)) for frames in scenes])
            print(f"  {name:26}{hota:7.1f}{assa:7.1f}{idf1:7.1f}{switches:7d}")
    times = [ours(scene(seed, 20, miss=0, false=0), arguments.bench)[1] for seed in range(3)]
    print(f"association, 20 people: {sorted(times)[1]:.3f} ms a frame (median)")


if __name__ == "__main__":
    main()
