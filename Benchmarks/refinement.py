#!/usr/bin/env python3
"""What a second look at each person gains and costs, beside larger inputs, test-time augmentation and skipped frames.

    Benchmarks/refinement.py [--labels DIR] [--clip VIDEO[=REFERENCE.csv]]... [--rounds 3] [--plot FILE.svg]

DIR holds val.json and val/ (COCO format): AP, and milliseconds of one thread for an image.

Of each VIDEO whole runs to a CSV and an annotated video, one kind after the other in every round: frames a second on the
clock (the best of the rounds; runs begin with loading the model) and milliseconds of all cores for a frame (their
median). PCK is the share of shoulders, elbows, wrists, hips, knees and ankles within a tenth of the torso of where
REFERENCE.csv has them (columns NAME_x and NAME_y, a row for each frame: one person). Without a reference it is the
default model's own result at 960 pixels in fp32 with --tta on every frame, without a second look: not the truth, but
found in another way. A joint that was not found counts as wrong.
"""

import argparse
import csv
import math
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/kapao-video"
SIDES = [f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for side in ("left", "right")]
STILLS = {
    "size": [(str(size), ["--size", size]) for size in (512, 640, 768, 896)],
    "--tta": [(str(size), ["--size", size, "--tta"]) for size in (512, 640)],
    "--refine": [(str(size), ["--size", size, "--refine"]) for size in (512, 640, 768, 896)],
}
RUNS = {
    "every frame": ["--refine", "off"],
    "every frame, --refine": ["--refine", "auto"],
    "every frame, --refine --steady": ["--refine", "auto", "--steady"],
    "--detect-every 4": ["--refine", "off", "--detect-every", 4],
    "--detect-every auto, --refine": ["--refine", "auto", "--detect-every", "auto"],
}


def stills(labels):
    """For each way a list of (label, milliseconds, AP)."""
    print("| | input | AP | AP50 | AP75 | medium | large | AR | ms |\n| --- " + "| --- " * 8 + "|")
    result = {}
    for way, kinds in STILLS.items():
        for label, options in kinds:
            text = subprocess.run(
                [str(word) for word in (PROGRAM, "eval", "--images", labels / "val", "--annotations", labels / "val.json",
                                        "--quiet", "--threads", 1, *options)],
                check=True, capture_output=True, text=True).stdout
            figures = dict(re.findall(r"^(A[PR]\S*(?: \S+)?) +(0\.\d+)$", text, re.M))
            spent = sum(float(number) for number in re.findall(r"([\d.]+) ms", text))
            result.setdefault(way, []).append((label, spent, float(figures["AP"])))
            columns = [figures.get(name, "") for name in ("AP", "AP50", "AP75", "AP medium", "AP large", "AR")]
            print(f"| {way} | {label} | {' | '.join(columns)} | {spent:.1f} |", flush=True)
    return result


def people(path):
    """For each frame a list of {joint: (x, y)}."""
    frames = {}
    with open(path, newline="") as file:
        for index, row in enumerate(csv.DictReader(file)):
            points = {name: (float(row[f"{name}_x"]), float(row[f"{name}_y"])) for name in SIDES if row[f"{name}_x"]}
            frames.setdefault(int(row.get("frame") or index), []).append(points)
    return frames


def torso(person):
    try:
        (a, b), (c, d) = ([[(person[f"left_{joint}"][axis] + person[f"right_{joint}"][axis]) / 2 for axis in (0, 1)]
                           for joint in ("shoulder", "hip")])
        return math.dist((a, b), (c, d))
    except KeyError:
        return math.nan


def distance(one, other):
    shared = [math.dist(one[name], other[name]) for name in one if name in other]
    return statistics.mean(shared) if shared else math.inf


def pck(found, reference):
    """The share of joints of the reference within a tenth of the torso, and the share of its people who were found."""
    usual = statistics.median(t for frame in reference.values() for t in map(torso, frame) if t == t)
    right = joints = paired = count = 0
    for frame, truth in reference.items():
        rest = list(found.get(frame, []))
        for person in truth:
            if not person:
                continue
            count += 1
            joints += len(person)
            size = torso(person)
            size = size if size == size and size > usual / 3 else usual
            nearest = min(rest, key=lambda other: distance(person, other), default=None)
            if nearest is None or distance(person, nearest) > size:
                continue
            rest.remove(nearest)
            paired += 1
            right += sum(name in nearest and math.dist(nearest[name], person[name]) < size / 10 for name in person)
    return right / max(1, joints), paired / max(1, count)


def run(clip, options, path, video):
    """Seconds of a run on the clock and of the processor."""
    command = [PROGRAM, "annotate", clip, "--csv", path, "--quiet", *options, *(["-o", video] if video else [])]
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], check=True)
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def clips(names, rounds, tracker):
    """For each clip and kind of run (milliseconds of all cores for a frame, PCK)."""
    print("\n| clip | run | frames/s | ratio | processor | PCK@0.1 | people |\n| --- " + "| --- " * 6 + "|")
    result = {}
    for name in names:
        clip, _, given = name.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            if not given:
                run(clip, [*tracker, "--refine", "off", "--size", 960, "--tta", "--precision", "fp32"],
                    folder / "reference.csv", None)
            reference = people(given or folder / "reference.csv")
            spent = {kind: [] for kind in RUNS}
            for number in range(rounds):
                kinds = list(RUNS)
                for kind in kinds[number % len(kinds):] + kinds[:number % len(kinds)]:
                    spent[kind].append(run(clip, [*tracker, *RUNS[kind]], folder / f"{kind}.csv", folder / "out.mp4"))
            first = None
            for kind, times in spent.items():
                found = people(folder / f"{kind}.csv")
                count = max(found) + 1
                rate = count / min(seconds for seconds, _ in times)
                own = statistics.median(processor for _, processor in times) / count * 1000
                first = first or rate
                share, paired = pck(found, reference)
                result.setdefault(pathlib.Path(clip).stem, {})[kind] = own, share
                print(f"| {pathlib.Path(clip).stem}{'' if given else ' (own)'} | {kind} | {rate:.1f} | {rate / first:.2f} |"
                      f" {own:.1f} ms | {share:.3f} | {paired:.1%} |", flush=True)
    return result


def draw(still, runs, path):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "kapao"
    from matplotlib import pyplot
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for way, points in still.items():
        left.plot([ms for _, ms, _ in points], [ap for _, _, ap in points], "o-", label=way, markersize=4)
        for label, ms, ap in points:
            left.annotate(label, (ms, ap), textcoords="offset points", xytext=(4, -10), fontsize=7)
    left.set(title="Labelled images, one thread", xlabel="milliseconds an image", ylabel="AP")
    for clip, style in zip(runs, "osD^v*"):
        for kind, (own, share) in runs[clip].items():
            right.plot(own, share, f"C{list(RUNS).index(kind)}{style}", label=kind if clip == next(iter(runs)) else None, markersize=6)
    right.set(title="Clips, whole runs", xlabel="milliseconds of all cores a frame", ylabel="PCK@0.1")
    for axes in (left, right):
        axes.grid(True, alpha=0.25)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=pathlib.Path)
    parser.add_argument("--clip", action="append", default=[], metavar="VIDEO[=REFERENCE.csv]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tracker", default="players", help="of the runs")
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    still = stills(options.labels) if options.labels else {}
    runs = clips(options.clip, options.rounds, ["--tracker", options.tracker]) if options.clip else {}
    if options.plot:
        draw(still, runs, options.plot)


if __name__ == "__main__":
    main()
