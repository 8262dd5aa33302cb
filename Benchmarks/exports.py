"""What other runtimes compute with `model export`, beside the program's own arithmetic.

    python3 Benchmarks/exports.py IMAGE [--sizes N S M L] [--keypoints 17 14]

Networks of the paper's sizes and KAPAO-N's get random weights, scaled so that no channel grows or dies out on the image. For each
runtime that is installed: the largest difference of the raw outputs and of the decoded coordinates, pixels. Needs
Training/requirements.txt and requirements.txt.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from onnx_network import read_safetensors

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Training"))
from kapao_training.export import export                          # noqa: E402
from kapao_training.network import Architecture, Network          # noqa: E402

SIZES = {"N": (0.25, 0.33), "S": (0.5, 0.33), "M": (0.75, 0.67), "L": (1, 1)}
GRIDS = ("raw8", "raw16", "raw32", "raw64")


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


def onnxruntime(path):
    import onnxruntime
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return lambda image: dict(zip(names, session.run(None, {"images": image})))


def openvino(path):
    import openvino
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(image):
        values = compiled(image)
        return {(o.names & {*GRIDS, "predictions"}).pop(): values[o] for o in compiled.outputs}
    return run


def opencv(path):
    network = cv2.dnn.readNetFromONNX(path)

    def run(image):
        network.setInput(image)
        names = network.getUnconnectedOutLayersNames()
        return dict(zip(names, network.forward(names)))
    return run


def differences(run, image, stored) -> dict[str, float]:
    result = {}
    for name, value in run(image).items():
        if name in GRIDS:
            n, channels, rows, columns = value.shape
            value = value.reshape(n, 3, channels // 3, rows, columns).transpose(0, 1, 3, 4, 2)
            result["raw"] = max(result.get("raw", 0), float(np.abs(value - stored[f"raw{GRIDS.index(name)}"]).max()))
        else:
            result["decoded"] = float(np.abs(value - stored["pred"]).max())
    return result


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
        weights, out, graph = (f"{folder}/{name}" for name in ("network.safetensors", "out.safetensors", "network.onnx"))
        for size in o.sizes:
            for keypoints in o.keypoints:
                export(random_network(keypoints, *SIZES[size], look), weights, f"kapao-{size.lower()}-random", "CC0-1.0")
                subprocess.run([o.program, "model", "run", weights, o.image, "-o", out, "--size", "320", "--precision", "fp32",
                                "--backend", "onednn"], check=True, stdout=subprocess.DEVNULL)
                _, stored = read_safetensors(out)
                pixels = stored["input_u8_bgr_hwc"]
                image = np.ascontiguousarray(pixels[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32) / 255
                for runtime in (onnxruntime, openvino, opencv):
                    found = {}
                    try:
                        for raw in ([], ["--raw"]):
                            subprocess.run([o.program, "model", "export", weights, "-o", graph, "--batch", "1", "--size",
                                            f"{pixels.shape[1]}x{pixels.shape[0]}", *raw], check=True, stdout=subprocess.DEVNULL)
                            found |= differences(runtime(graph), image, stored)
                    except ImportError:
                        continue
                    print(f"| KAPAO-{size} | {keypoints} | {runtime.__name__} | {found['raw']:.1e} | "
                          f"{found['decoded']:.1e} |", flush=True)


if __name__ == "__main__":
    main()
