#!/usr/bin/env python3
"""What a batch costs: prints the tables of docs/scale.md.

  Benchmarks/scale.py                     # all of it, some minutes
  Benchmarks/scale.py jobs                # videos at a time against threads of each
  Benchmarks/scale.py parts --minutes 30  # long videos whole and in 1, 2 and 7 parts
  Benchmarks/scale.py merge               # a million frames put together

Times of processors (user and system) are printed beside those of the clock, as other work on the machine changes only the latter.
The long videos are clips (`--clip`, else the sample), made small, again and again. The million frames are made up: four people
who walk; they are put together by the program as real ones are.
"""
import argparse
import ctypes
import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SAMPLE = os.path.join(ROOT, "Samples/campus.mp4")


def run(*command):
    """Seconds of the clock and of processors, and the most memory of one process in MB."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status:
        sys.exit(f"{' '.join(command)}: {errors}")
    # wait4 is not counted among the children of getrusage twice: take the larger.
    used = max(usage.ru_utime + usage.ru_stime, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return time.monotonic() - start, used, usage.ru_maxrss / 1024


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


def jobs(program, folder, clips):
    """Videos at a time, with the threads shared out."""
    cores = len(os.sched_getaffinity(0))
    for seconds, count in ((10, clips), (2, 2 * clips)):
        inputs = os.path.join(folder, f"clips{seconds}")
        os.mkdir(inputs)
        for index in range(count):
            ffmpeg("-i", SAMPLE, "-t", str(seconds), "-c", "copy", f"{inputs}/{index:03d}.mp4")
        print(f"\n{count} clips of {seconds} s (10 frames a second), {cores} threads in all\n")
        print("| videos at a time | threads of each | time (s) | processor time (s) | memory of each (MB) |\n|--:|--:|--:|--:|--:|")
        at_once = 1
        while at_once <= cores:
            output = os.path.join(folder, f"out{seconds}-{at_once}")
            clock, used, _ = run(program, "batch", inputs, "-o", output, "--export", "csv", "--jobs", str(at_once))
            with open(f"{output}/000.kapao.json") as file:
                memory = json.load(file)["memory"] / 2**20
            print(f"| {at_once} | {cores // at_once} | {clock:.1f} | {used:.1f} | {memory:.0f} |", flush=True)
            at_once *= 2


def looped(path, clips, seconds, *options):
    """Clips, made small and put behind each other, again and again. They are encoded once, at 10 frames a second, then copied."""
    filters = "".join(
        f"[{n}:v]scale=480:270:force_original_aspect_ratio=decrease,pad=480:270:-1:-1,setsar=1,fps=10,format=yuv420p[v{n}];"
        for n in range(len(clips)))
    filters += "".join(f"[v{n}]" for n in range(len(clips))) + f"concat={len(clips)}"
    if "vfr" in options:
        filters += ",select='not(eq(mod(n\\,5)\\,3))',setpts='PTS+0.01*mod(N\\,3)/TB'"
    inputs = [word for clip in clips for word in ("-i", clip)]
    ffmpeg(*inputs, "-filter_complex", filters, "-an", "-c:v", "libx264", "-preset", "veryfast", *options, f"{path}.once.mp4")
    ffmpeg("-stream_loop", "-1", "-i", f"{path}.once.mp4", "-t", str(seconds), "-c", "copy", path)
    os.remove(f"{path}.once.mp4")


def parts(program, folder, minutes, clips, rounds, size):
    """Long videos whole and in parts, alternating; ends where results differ. The least time of all rounds is printed."""
    kinds = [
        ("fixed rate", minutes, ["-g", "250"]),
        ("open GOP", minutes / 6, ["-bf", "3", "-g", "50", "-x264-params", "open-gop=1"]),
        ("varying rate", minutes / 6, ["-fps_mode", "vfr", "-g", "50"])]
    results = ("csv", "ndjson", "angles.csv", "summary.json")
    options = ["--export", "csv", "--export", "ndjson", "--angles", "{out}/{name}.angles.csv",
               "--summary", "{out}/{name}.summary.json", "--refine", "off", "--size", str(size)]
    print("\n| video | frames | parts | processor time (s) | more than whole |\n|---|--:|--:|--:|--:|")
    for number, (kind, length, encoding) in enumerate(kinds):
        video = os.path.join(folder, f"long{number}.mp4")
        looped(video, clips, 60 * length, *encoding)
        used, expected = {}, None
        for _ in range(rounds):
            for count in (0, 1, 2, 7):
                output = os.path.join(folder, f"parts{number}-{count}")
                split = ["--split", f"{length * 60 / count + 0.5:.1f}s"] if count else []
                used.setdefault(count, []).append(run(program, "batch", video, "-o", output, *options, *split)[1])
                contents = [open(f"{output}/long{number}.{result}", "rb").read() for result in results]
                expected = expected or contents
                if contents != expected:
                    sys.exit(f"{kind}, {count or 1} parts: other bytes than whole")
                with open(f"{output}/long{number}.kapao.json") as file:
                    frames = json.load(file)["frames"]
                shutil.rmtree(output)
        for count, seconds in used.items():
            print(f"| {kind}, {length:g} minutes | {frames} | {count or 'whole'} | {min(seconds):.1f} | "
                  f"{100 * (min(seconds) / min(used[0]) - 1):+.1f} % |", flush=True)


def checksum(folder):
    """FNV-1a in C, as Python would take an hour."""
    source = os.path.join(folder, "fnv.c")
    with open(source, "w") as file:
        file.write("unsigned long long fnv(const unsigned char *b, long n, unsigned long long v) {"
                   " for (long i = 0; i < n; i++) v = (v ^ b[i]) * 0x100000001b3ull; return v; }")
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", f"{folder}/fnv.so", source], check=True)
    function = ctypes.CDLL(f"{folder}/fnv.so").fnv
    function.restype = ctypes.c_ulonglong
    function.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_ulonglong]
    return function


def merge(program, folder, frames, written):
    """Made-up detections, put together."""
    people, count, rate = 4, 10, 512
    store = os.path.join(folder, "store")
    os.mkdir(store)
    run(program, "annotate", SAMPLE, "--detections", store, "--part", "1/1", "--part-length", "1000", "--refine", "off")
    with open(f"{store}/part-1-of-1.detections", "rb") as file:
        header = json.loads(file.readline())
    os.remove(f"{store}/part-1-of-1.detections")
    with open(f"{store}/plan.json") as file:
        plan = json.load(file)
    plan["ranges"] = [{"first": part * frames // count, "count": frames // count} for part in range(count)]
    plan["runs"] = [0, rate, frames - 1]
    with open(f"{store}/plan.json", "w") as file:
        json.dump(plan, file)
    fnv, keypoints = checksum(folder), header["keypoints"]
    pose = numpy.dtype([("box", "<f4", 4), ("score", "<f4"), ("keypoints", [("x", "<f4"), ("y", "<f4"), ("c", "<f4"), ("kind", "<i4")], keypoints)])
    frame = numpy.dtype([("pts", "<i8"), ("count", "<i4"), ("poses", pose, people)])
    random = numpy.random.default_rng(1)
    shape = random.uniform(0, 1, (people, keypoints, 2)) * (40, 90)
    for part in range(count):
        header.update(number=part + 1, count=count)
        digest, count_written = 0xCBF29CE484222325, 0
        with open(f"{store}/part-{part + 1:02d}-of-{count}.detections", "wb") as file:
            def put(data):
                nonlocal digest
                digest = fnv(data, len(data), digest)
                file.write(data)
            put(json.dumps(header, sort_keys=True).encode() + b"\n")
            for first in range(part * frames // count, (part + 1) * frames // count, 10000):
                numbers = numpy.arange(first, first + 10000)
                block = numpy.zeros(len(numbers), frame)
                block["pts"], block["count"] = numbers * rate, people
                for person in range(people):
                    x = 60 + 130 * person + 50 * numpy.sin(numbers / 90 + person)
                    y = 120 + 30 * numpy.sin(numbers / 140 + 2 * person)
                    place = numpy.stack([x, y], -1)[:, None] + shape[person] + random.normal(0, 1, (len(numbers), keypoints, 2))
                    block["poses"]["keypoints"]["x"][:, person], block["poses"]["keypoints"]["y"][:, person] = place[..., 0], place[..., 1]
                    block["poses"]["box"][:, person] = numpy.concatenate([place.min(1), place.max(1)], -1)
                    block["poses"]["score"][:, person] = 0.8
                put(block.tobytes())
                count_written += len(numbers)
            put(struct.pack("<5q", 2**63 - 1, count_written, count_written, 0, 0))
            file.write(struct.pack("<Q", digest))
    size = sum(os.path.getsize(f"{store}/{name}") for name in os.listdir(store)) / 2**20
    print(f"\n{frames} frames with {people} people in {count} parts ({size:.0f} MB)\n")
    print("| written | time (s) | processor time (s) | µs a frame | memory (MB) | size (MB) |\n|---|--:|--:|--:|--:|--:|")
    for name, options in (("csv", ["--csv", "poses.csv"]), ("smoothed", ["--csv", "poses.csv", "--smooth", "butterworth"]),
                          ("coco", ["--export", "coco=poses.json"])):
        if name not in written.split(","):
            continue
        options = [option.replace("poses.", f"{folder}/poses.") for option in options]
        clock, used, memory = run(program, "annotate", SAMPLE, "--detections", store, "--refine", "off", *options)
        output = max(os.path.getsize(f"{folder}/poses.{kind}") for kind in ("csv", "json") if os.path.exists(f"{folder}/poses.{kind}"))
        print(f"| {name} | {clock:.1f} | {used:.1f} | {used / frames * 1e6:.0f} | {memory:.0f} | {output / 2**20:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["jobs", "parts", "merge"])
    parser.add_argument("--program", default=os.path.join(ROOT, ".build/release/kapao-video"))
    parser.add_argument("--clips", type=int, default=10, help="how many videos for jobs")
    parser.add_argument("--minutes", type=float, default=30, help="length of the long video; two more have a sixth")
    parser.add_argument("--rounds", type=int, default=2, help="how often each of the long videos is measured")
    parser.add_argument("--size", type=int, default=640, help="the network's input for parts")
    parser.add_argument("--clip", action="append", help="what the long videos are made of (repeatable)")
    parser.add_argument("--frames", type=int, default=10**6)
    parser.add_argument("--written", default="csv,smoothed,coco", help="what merge writes")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="kapao-scale-")
    try:
        for what in arguments.what:
            {"jobs": lambda: jobs(arguments.program, folder, arguments.clips),
             "parts": lambda: parts(arguments.program, folder, arguments.minutes, arguments.clip or [SAMPLE], arguments.rounds, arguments.size),
             "merge": lambda: merge(arguments.program, folder, arguments.frames, arguments.written)}[what]()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
