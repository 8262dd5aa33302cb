"""What other runtimes compute with `model export`, beside the program's own arithmetic.

    python3 Benchmarks/exports.py IMAGE [--sizes N S M L] [--keypoints 17 14]

Networks of the paper's sizes and KAPAO-N's get random weights, scaled so that no channel grows or dies out on the image. For each
runtime that is installed: the largest difference of the raw outputs and of the decoded coordinates, pixels. Needs
Training/requirements.txt and requirements.txt.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from onnx_network import read_safetensors
from peers import onnxruntime, openvino

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Training"))
from kapao_training.export import export                          # noqa: E402
from kapao_training.network import Architecture, Network          # noqa: E402

SIZES = {"N": (0.25, 0.33), "S": (0.5, 0.33), "M": (0.75, 0.67), "L": (1, 1)}


def scale(norm: torch.nn.BatchNorm2d, inputs: tuple[torch.Tensor]):
    norm.running_var.copy_(inputs[0].square().mean((0, 2, 3)))


@torch.no_grad()
def random_network(keypoints: int, width: float, depth: float, image: np.ndarray) -> Network:
    torch.manual_seed(0)
    network = Network(Architecture(keypoints, width, depth)).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.register_forward_pre_hook(scale)
    network(torch.from_numpy(image))
    for head in network.model[-1].m:
        head.weight *= 0.1
    return network


def opencv(graph, threads):
    """As the peers: a function from a picture to the outputs."""
    cv2.setNumThreads(threads)
    network = cv2.dnn.readNetFromONNX(str(graph))

    def run(image):
        network.setInput(image)
        return network.forward(network.getUnconnectedOutLayersNames())
    return run


def difference(outputs, stored) -> float:
    """The largest, of the raw outputs or of the decoded one."""
    if len(outputs) == 1:
        return float(np.abs(outputs[0] - stored["pred"]).max())
    truth = [stored[f"raw{grid}"].transpose(0, 1, 4, 2, 3) for grid in range(4)]
    return max(float(np.abs(o - t.reshape(o.shape)).max()) for o, t in zip(outputs, truth))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image")
    parser.add_argument("--program", default=ROOT / ".build/release/kapao-video")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--keypoints", nargs="+", type=int, default=[17, 14])
    o = parser.parse_args()
    look = cv2.resize(cv2.imread(o.image), (320, 320))[None].transpose(0, 3, 1, 2).astype(np.float32) / 255
    print("| network | keypoints | runtime | raw outputs | coordinates, px |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        weights, out, graph = (Path(folder, name) for name in ("network.safetensors", "out.safetensors", "network.onnx"))

        def program(*arguments):
            subprocess.run([o.program, "model", *arguments], check=True, stdout=subprocess.DEVNULL)

        for size, keypoints in itertools.product(o.sizes, o.keypoints):
            export(random_network(keypoints, *SIZES[size], look), weights, f"kapao-{size.lower()}-random", "CC0-1.0")
            program("run", weights, o.image, "-o", out, "--size", "320", "--precision", "fp32", "--backend", "onednn")
            _, stored = read_safetensors(out)
            pixels = stored["input_u8_bgr_hwc"]
            image = np.ascontiguousarray(pixels[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32) / 255
            for runtime in (onnxruntime, openvino, opencv):
                found = []
                try:
                    for raw in (["--raw"], []):
                        program("export", weights, "-o", graph, "--batch", "1", "--size", "{1}x{0}".format(*pixels.shape), *raw)
                        found.append(difference(runtime(graph, 2)(image), stored))
                except ImportError:
                    continue
                print(f"| KAPAO-{size} | {keypoints} | {runtime.__name__} | {found[0]:.1e} | {found[1]:.1e} |", flush=True)


if __name__ == "__main__":
    main()
