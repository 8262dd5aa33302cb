#!/usr/bin/env python3
"""Frames per second, latency and agreement of kapao-video on a device, as a Markdown table. Needs Python alone.

  measure.py --program kapao-video --clip clip_720p.mp4 --model kapao_s.safetensors:1280 --model kapao_n.safetensors:640 \\
    --device cuda --precision fp32 --precision fp16

With `--instant LIBRARY`, a device that takes no time (`run.sh` makes it), it prints the processor time of all the rest, and how many
cores 300 frames/s take.
"""
import argparse
import csv
import os
import re
import resource
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--clip", required=True)
parser.add_argument("--model", action="append", required=True, help="FILE:SIZE, repeatable")
parser.add_argument("--device", default="auto")
parser.add_argument("--device-batch")
parser.add_argument("--precision", action="append", help="repeatable; default: fp32")
parser.add_argument("--onnxruntime", help="the library, where it is not found")
parser.add_argument("--instant", help="the library of a device that takes no time")
parser.add_argument("--compared", type=float, default=1, help="seconds of the clip that are compared with oneDNN")
parser.add_argument("--most", type=float, default=1e9, help="seconds of the clip that are measured")
parser.add_argument("--long", type=float, default=100, help="seconds of the clip for --instant; a fifth of it is taken off again")
arguments = parser.parse_args()


def run(model, size, options, output, end=None):
    command = [arguments.program, "annotate", arguments.clip, "--model", model, "--size", size, "--csv", output,
               "--refine", "off", *options, *(["--end", str(end)] if end else [])]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: {result.stderr.strip() or result.returncode}")
    return result.stderr


def rate(text):
    return float(re.search(r"\(([\d.]+) frames/s\)", text).group(1))


def steps(text):
    return {name: float(time) for name, time in re.findall(r"(\w+) ([\d.]+) ms", text.split("Time per frame:")[1])}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def agreement(found, expected):
    """The share of people who are in both, and the greatest distance of their keypoints in pixels."""
    def people(path):
        frames = {}
        for row in rows(path):
            frames.setdefault(row["frame"], []).append(row)
        return frames
    a, b = people(found), people(expected)
    names = [name[:-2] for name in rows(expected)[0] if name.endswith("_x")]
    matched = total = 0
    distances = []
    for frame in set(a) | set(b):
        left = list(a.get(frame, []))
        total += max(len(left), len(b.get(frame, [])))
        for person in b.get(frame, []):
            def distance(other):
                pairs = [(person[f"{n}_{axis}"], other[f"{n}_{axis}"]) for n in names for axis in "xy"]
                both = [abs(float(p) - float(q)) for p, q in pairs if p and q]
                return max(both) if both else 1e9
            best = min(left, key=distance, default=None)
            if best is not None and distance(best) < 10:
                left.remove(best)
                matched += 1
                distances.append(distance(best))
    distances.sort()
    return f"{matched} of {total} people, keypoints within {distances[-1]:.2f} px" if distances else "nobody found"


def table():
    print("| model | input | device | frames/s, poses | latency | letterbox, fuse | agreement with oneDNN fp32 |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "found.csv")
        for entry in arguments.model:
            model, size = entry.rsplit(":", 1)
            name = os.path.basename(model).split(".")[0]
            variants = [(f"{arguments.device} {p}", [
                "--backend", "onnxruntime", "--device", arguments.device, "--precision", p,
                *(["--onnxruntime", arguments.onnxruntime] if arguments.onnxruntime else []),
                *(["--device-batch", arguments.device_batch] if arguments.device_batch else [])])
                for p in arguments.precision or ["fp32"]]
            expected = os.path.join(folder, "expected.csv")
            run(model, size, ["--backend", "onednn", "--precision", "fp32"], expected, end=arguments.compared)
            for title, options in variants:
                # The first start prepares the device.
                run(model, size, options, out, end=arguments.compared)
                agrees = agreement(out, expected)
                whole = run(model, size, options, out, end=arguments.most)
                latency = steps(run(model, size, [*options, "--core-use", "latency", "--threads", str(os.cpu_count())], out,
                                    end=min(arguments.most, 2 * arguments.compared)))
                part = steps(whole)
                print(f"| {name} | {size} | {title} | {rate(whole):.1f} | "
                      f"{latency['infer']:.1f} ms | {part['letterbox']:.2f}, {part['fuse']:.2f} ms | "
                      f"{agrees} |", flush=True)
    print(f"\n{os.cpu_count()} cores of the processor, {os.path.basename(arguments.clip)}. *Latency*: one frame in the network, with "
          "its way to the device and back.")


def processor():
    """What the processor has to do beside a device."""
    def seconds():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    for size in sorted({entry.rsplit(":", 1)[1] for entry in arguments.model}, key=int):
        model = arguments.model[0].rsplit(":", 1)[0]
        options = ["--device", "cpu", "--device-batch", arguments.device_batch or "8", "--onnxruntime", arguments.instant]
        with tempfile.TemporaryDirectory() as folder:
            out, taken, frames = os.path.join(folder, "found.csv"), [], []
            for end in arguments.long / 5, arguments.long:
                before = seconds()
                text = run(model, size, options, out, end)
                taken.append(seconds() - before)
                frames.append(int(re.search(r"(\d+) frames in", text).group(1)))
        each = (taken[1] - taken[0]) / (frames[1] - frames[0])
        print(f"Input {size}: {each * 1e3:.2f} ms of processor time a frame beside the device (decoding, letterbox, copies, heads, fusion, "
              f"tracking, CSV): {1 / each:.0f} frames/s a core; 300 frames/s take {300 * each:.1f} cores", flush=True)


table()
if arguments.instant:
    print()
    processor()
