"""What the sections of the benchmark share: programs, clips, models, and the table that grows."""

import pathlib
import subprocess
from dataclasses import dataclass

from onnx_network import read_safetensors

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "Samples/campus.mp4"
DEFAULT = ROOT / "Models/kapao_n.safetensors"


@dataclass(frozen=True)
class Model:
    """A network and the size at which it is measured."""
    name: str
    path: pathlib.Path
    width: int
    height: int

    def __str__(self):
        return f"{self.name} {self.width}×{self.height}"


class Report:
    def __init__(self, options, folder, cache):
        self.bench, self.program, self.folder, self.cache = options.bench, options.program, folder, cache
        self.scale = 4 if options.quick else 1
        self.rows, self.values = [], {}
        # Stretched to the shape of what is measured; both calibrations use it.
        self.sample = self.clip("sample", 1280, 720, 100)
        small = self.model("KAPAO-S", options.model, 1024, 576)
        default = self.model("KAPAO-N", DEFAULT, 640, 384)
        self.small, self.default = small, default

    def command(self, *words):
        """Runs a command; returns what it prints."""
        return subprocess.run(
            [str(word) for word in words], check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout

    def clip(self, name, width, height, frames):
        """The sample in another size and length, as H.264."""
        path = self.folder / f"{name}.mp4"
        self.command(
            "ffmpeg", "-v", "error", "-stream_loop", "-1", "-i", SAMPLE, "-frames:v", frames, "-vf",
            f"scale={width}:{height}", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-an", path)
        return path

    def model(self, name, path, width, height):
        """A model, without a `path` the default model made twice as wide, with the ranges that int8 needs."""
        source, calibrated = self.folder / f"{name}.fp32.safetensors", self.folder / f"{name}.safetensors"
        if path is None:
            self.command(self.bench, "weights", DEFAULT, source)
        elif path.suffix == ".pt":
            self.command(self.program, "model", "import", path, "-o", source)
        else:
            source = path
        if any(tensor.endswith(".range") for tensor in read_safetensors(source)[1]):
            calibrated = source
        else:
            self.command(
                self.program, "model", "quantize", source, "--video", self.sample, "--size", width, "--count", 10,
                "-o", calibrated)
        return Model(name, calibrated, width, height)

    def row(self, name, best, typical="", cpu="", remark="", *targets):
        """A line of the table; `best`, `typical` (the median) and `cpu` (processor time) are texts, `targets` are pairs
        of a text and whether it is met."""
        verdicts = "; ".join(f"{target}: {'met' if met else 'missed'}" for target, met in targets)
        self.rows.append([name, best, typical, cpu, remark, verdicts])

    def table(self):
        rows = [["Measurement", "Best", "Median", "Processor time", "Remark", "Target"], ["---"] * 6] + self.rows
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def threads_text(count):
    return f"{count} thread{'s' if count > 1 else ''}"
