"""Measures kapao-video beside its peers and prints one Markdown table. Called by run.sh."""

import argparse
import json
import pathlib
import subprocess
import tempfile

import memory
import numpy as np
from measure import Peer, Worker, in_turns, load, median, processor
from onnx_network import Network, read_safetensors

WIDTH, HEIGHT = 1024, 576
ROOT = pathlib.Path(__file__).resolve().parent.parent


class Benchmark:
    def __init__(self, options, folder):
        self.bench, self.program, self.folder = options.bench, options.program, folder
        self.scale = 4 if options.quick else 1
        self.model = folder / "kapao_s.safetensors"
        if options.model:
            self.command(self.program, "model", "import", options.model, "-o", self.model)
        else:
            self.command(self.bench, "weights", self.model)
        self.rows, self.values = [], {}

    def command(self, *words):
        subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)

    def clip(self, name, source, *options):
        """An H.264 clip made by ffmpeg."""
        path = self.folder / f"{name}.mp4"
        encoding = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-an", path]
        self.command("ffmpeg", "-nostdin", "-v", "error", *source, *options, *encoding)
        return path

    def row(self, name, best, typical, remark="", target=None, met=None):
        """A line of the table; `best` and `typical` are texts."""
        verdict = "" if target is None else f"{target}: {'met' if met else 'missed'}"
        self.rows.append([name, best, typical, remark, verdict])

    def network(self):
        """The network beside ONNX Runtime, and beside what the processor can do at most."""
        graph = Network(self.model, WIDTH, HEIGHT)
        image, ours = self.picture(graph)
        serialised = graph.model()
        contenders = {}
        for threads in (1, 2):
            contenders["peak", threads] = Worker(self.bench, "peak", "--threads", threads)
            for backend in ("onednn", "openblas"):
                contenders[backend, threads] = Worker(
                    self.bench, "network", self.model, "--width", WIDTH, "--height", HEIGHT, "--backend", backend,
                    "--threads", threads)
            contenders["ort", threads] = Peer(serialised, image, threads)
        theirs = contenders["ort", 1].outputs()
        results = in_turns(contenders, rounds=12 // self.scale, burst=4)
        for contender in contenders.values():
            contender.close()

        operations = self.operations()
        self.values["gflop"] = operations
        for threads in (1, 2):
            suffix = f"{threads} thread{'s' if threads > 1 else ''}"
            peaks = results["peak", threads]
            self.values[f"peak_{threads}"] = {"best": max(peaks), "median": median(peaks)}
            self.row(f"fp32 peak, {suffix}", f"{max(peaks):.0f} GFLOP/s", f"{median(peaks):.0f} GFLOP/s")
        for threads in (1, 2):
            peaks = results["peak", threads]
            peer = results["ort", threads]
            for key, name in (("onednn", "oneDNN"), ("openblas", "OpenBLAS"), ("ort", "ONNX Runtime")):
                times = results[key, threads]
                share = operations / (min(times) / 1e3) / max(peaks)
                ratio = median(times) / median(peer)
                remark = f"{100 * share:.0f} % of peak"
                if key != "ort":
                    remark += f"; {ratio:.2f} × ONNX Runtime"
                self.values[f"{key}_{threads}"] = {
                    "best": min(times), "median": median(times), "share_of_peak": share, "to_ort": ratio}
                target = "≥ 78 % of peak, ≤ ONNX Runtime" if key == "onednn" else None
                self.row(
                    f"KAPAO-S {WIDTH}×{HEIGHT}, {name}, {threads} thread{'s' if threads > 1 else ''}",
                    f"{min(times):.1f} ms", f"{median(times):.1f} ms", remark, target, share >= 0.78 and ratio <= 1)
        for backend, outputs in ours.items():
            difference = max(float(np.abs(a - b).max()) for a, b in zip(outputs, theirs))
            deviation = float(np.std(np.concatenate([output.ravel() for output in theirs])))
            self.values[f"difference_{backend}"] = difference
            self.row(
                f"outputs of {backend} and ONNX Runtime", f"{difference:.1e}", "",
                f"greatest difference; the outputs' standard deviation is {deviation:.2f}", "≤ 1e-3",
                difference <= 1e-3)

    def operations(self):
        """GFLOP of one pass, as the program counts them."""
        text = subprocess.run(
            [str(self.program), "model", "info", str(self.model), "--width", str(WIDTH), "--height", str(HEIGHT)],
            check=True, capture_output=True, text=True).stdout
        line = next(line for line in text.splitlines() if line.startswith("cost"))
        return float(line.split()[1])

    def picture(self, graph):
        """A picture as the network sees it, and what both backends make of it, in ONNX's layout."""
        source = self.folder / "picture.png"
        self.command(
            "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720", "-frames:v", 1, source)
        outputs = {}
        for backend in ("onednn", "openblas"):
            path = self.folder / f"{backend}.safetensors"
            self.command(
                self.program, "model", "run", self.model, source, "-o", path, "--size", WIDTH, "--backend", backend)
            _, tensors = read_safetensors(path)
            outputs[backend] = []
            for grid in range(4):
                raw = tensors[f"raw{grid}"]
                _, anchors, rows, columns, channels = raw.shape
                outputs[backend].append(
                    raw.transpose(0, 1, 4, 2, 3).reshape(1, anchors * channels, rows, columns))
        pixels = tensors["input_u8_bgr_hwc"][:, :, ::-1].astype(np.float32) / 255
        return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]), outputs

    def stages(self):
        """Letterbox, post-processing and drawing."""
        report = json.loads(
            subprocess.run(
                [str(self.bench), "stages", "--rounds", str(400 // self.scale)], check=True, capture_output=True,
                text=True).stdout)
        self.values["stages"] = {
            stage: {"best": min(times), "median": median(times)} for stage, times in report["milliseconds"].items()}
        people, candidates = report["people"], report["candidates"]
        texts = {
            "letterbox": ("letterbox, 1080p to 1024×576", "", None),
            "postprocess": (
                f"post-processing, {people} people", f"{candidates} candidates, {report['fusedKeypoints']} fused", 1),
            "draw": (f"drawing at 1080p, {people} people", "default style, the frame's copy included", 3),
            "draw everything": (f"drawing at 1080p, {people} people", "and faces, boxes, scores, text", None),
        }
        for stage, (name, remark, limit) in texts.items():
            times = report["milliseconds"][stage]
            self.row(
                name, f"{min(times):.2f} ms", f"{median(times):.2f} ms", remark, limit and f"≤ {limit} ms",
                limit and median(times) <= limit)

    def whole(self):
        """The whole run as a share of its network alone."""
        clip = self.clip("medium", ["-i", ROOT / "Samples/campus.mp4"], "-frames:v", 48, "-vf", "scale=1280:720")
        worker = Worker(self.bench, "whole-run", self.model, clip, self.folder / "whole.mp4")
        rounds = [worker.numbers() for _ in range(max(2, 6 // self.scale))]
        worker.close()
        alone, alone_cpu, whole, whole_cpu, people = (list(values) for values in zip(*rounds))
        shares = [a / b for a, b in zip(alone, whole)]
        cpu_shares = [a / b for a, b in zip(alone_cpu, whole_cpu)]
        self.values["whole"] = {
            "alone_ms": alone, "whole_ms": whole, "alone_cpu_ms": alone_cpu, "whole_cpu_ms": whole_cpu,
            "people": people}
        self.row(
            "network alone, 720p, 2 cores", f"{1e3 / min(alone):.1f} frames/s", f"{1e3 / median(alone):.1f} frames/s",
            f"{median(alone_cpu):.1f} ms of processor time a frame")
        self.row(
            "whole run, 720p, 2 cores", f"{1e3 / min(whole):.1f} frames/s", f"{1e3 / median(whole):.1f} frames/s",
            f"{median(whole_cpu):.1f} ms of processor time a frame; {median(people):.0f} people a frame")
        self.row(
            "whole run's rate as a share of its network's", f"{max(shares):.2f}", f"{median(shares):.2f}",
            f"{median(cpu_shares):.2f} by processor time", "≥ 0.9", median(shares) >= 0.9)

    def memory(self):
        """Peak memory, and its growth in a long run."""
        clip = self.clip(
            "large", ["-i", ROOT / "Samples/campus.mp4"], "-frames:v", 90 // self.scale, "-vf", "scale=1920:1080")
        network = ["--model", self.model, "--size", 1024, "--quiet"]
        poses, _ = memory.run(self.program, "annotate", clip, "--csv", self.folder / "large.csv", *network)
        video, _ = memory.run(self.program, "annotate", clip, "-o", self.folder / "large.mkv", *network)
        alone, _ = memory.run(
            "ffmpeg", "-nostdin", "-v", "error", "-i", clip, "-c:v", "libx264", "-preset", "veryfast",
            self.folder / "alone.mkv")
        self.values["peak_memory_mb"] = {"poses": poses, "video": video, "ffmpeg": alone}
        self.row("peak memory, KAPAO-S on 1080p, poses as CSV", f"{poses:.0f} MB", "", "", "≤ 400 MB", poses <= 400)
        self.row(
            "peak memory, KAPAO-S on 1080p, annotated video", f"{video:.0f} MB", "",
            f"ffmpeg takes {alone:.0f} MB to encode the same clip anew", "≤ 400 MB", video <= 400)

        frames = 5000 // self.scale
        clip = self.clip(
            "long", ["-stream_loop", "-1", "-i", ROOT / "Samples/campus.mp4"], "-frames:v", frames, "-vf",
            "scale=384:288")
        _, resident = memory.run(
            self.program, "annotate", clip, "-o", self.folder / "long-out.mp4", "--csv", self.folder / "long.csv",
            "--model", ROOT / "Models/kapao_n.safetensors", "--size", 256, "--quiet")
        tenth = len(resident) // 10
        early, late = median(resident[tenth:2 * tenth]), median(resident[-2 * tenth:-tenth])
        self.values["growth_mb"] = {"early": early, "late": late}
        self.row(
            f"growth of memory over {frames} frames", f"{late - early:+.1f} MB", "",
            f"{early:.0f} MB in the second tenth of the run, {late:.0f} MB in the ninth", "none (≤ 2 MB)",
            late - early <= 2)

    def table(self):
        rows = [["Measurement", "Best", "Median", "Remark", "Target"], ["---"] * 5] + self.rows
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=pathlib.Path, help="kapao-bench")
    parser.add_argument("program", type=pathlib.Path, help="kapao-video")
    parser.add_argument("--model", type=pathlib.Path, help="a KAPAO-S to measure instead of random weights")
    parser.add_argument("--json", type=pathlib.Path, help="also write the numbers to this file")
    parser.add_argument("--quick", action="store_true", help="a quarter of the rounds")
    options = parser.parse_args()
    before = load()
    with tempfile.TemporaryDirectory() as folder:
        benchmark = Benchmark(options, pathlib.Path(folder))
        benchmark.network()
        benchmark.stages()
        benchmark.whole()
        benchmark.memory()
    name, cores = processor()
    benchmark.row(
        "machine", f"{cores} cores", "", f"{name}; load average {before:.1f} before, {load():.1f} after")
    print(benchmark.table())
    if options.json:
        options.json.write_text(json.dumps(benchmark.values, indent=2) + "\n")


if __name__ == "__main__":
    main()
