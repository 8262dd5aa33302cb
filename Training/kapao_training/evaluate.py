"""Average precision of a network on COCO-format images (pycocotools).

    python -m kapao_training.evaluate WEIGHTS --data val.json --images val/
"""

import argparse
import contextlib
import io
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from .checkpoint import load_network
from .decode import decode
from .letterbox import letterbox
from .network import Network
from .postprocess import Thresholds, poses
from .skeleton import Skeleton

FIGURES = ("AP", "AP50", "AP75", "AP_medium", "AP_large", "AR")


@torch.no_grad()
def detect(network: Network, images: list[dict], folder: Path, size: int, t: Thresholds, fuse: bool) -> list[dict]:
    """COCO results (keypoints in source pixels, score) for every image."""
    device = next(network.parameters()).device
    keypoints, results = network.architecture.keypoints, []
    for image in images:
        pixels = cv2.imread(str(folder / image["file_name"]))
        if pixels is None:
            raise FileNotFoundError(folder / image["file_name"])
        tensor, scale, pad = letterbox(pixels, size)
        batch = tensor[None].to(device).contiguous(memory_format=torch.channels_last)
        pred = decode(network(batch), network.model[-1].anchor_pixels, keypoints)[0]
        found, _, scores = poses(pred, keypoints, scale, pad, t, fuse)
        for person, score in zip(found[:20], scores[:20]):
            results.append({"image_id": image["id"], "category_id": 1, "score": float(score),
                            "keypoints": [round(float(v), 3) for v in person.flatten()]})
    return results


def measure(annotations: str | Path, results: list[dict], sigmas=None) -> dict[str, float]:
    """COCO keypoint AP and AR of `results`."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(annotations))
        for a in truth.dataset["annotations"]:
            a.setdefault("iscrowd", 0)
        if not results:
            return dict.fromkeys(FIGURES, 0.0)
        truth.dataset.setdefault("info", {})
        evaluation = COCOeval(truth, truth.loadRes(results), "keypoints")
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = sigmas
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(FIGURES, (float(v) for v in evaluation.stats)))


def evaluate(network: Network, annotations: str | Path, folder: str | Path, size: int = 640,
             t: Thresholds = Thresholds(), fuse: bool = True, results: str | None = None) -> dict[str, float]:
    """COCO keypoint AP and AR; what was found goes to the file `results`, if one is named."""
    data = json.loads(Path(annotations).read_text())
    sigmas = np.array(Skeleton.from_category(data["categories"][0]).sigmas)
    network = network.eval().to(memory_format=torch.channels_last)
    found = detect(network, data["images"], Path(folder), size, t, fuse)
    if results:
        Path(results).write_text(json.dumps(found))
    return measure(annotations, found, sigmas)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="an official .pt, a .ckpt or .state (its EMA is used) or an exported .safetensors")
    parser.add_argument("--data", required=True, help="COCO JSON")
    parser.add_argument("--images", required=True, help="folder of the images")
    parser.add_argument("--size", type=int, default=640, help="longest side, pixels (640)")
    parser.add_argument("--fusion-distance", type=float, default=25, help="τ_fd, source pixels (25)")
    parser.add_argument("--fusion-confidence", type=float, default=0.3, help="τ_fc (0.3)")
    parser.add_argument("--keypoint-confidence", type=float, default=0.2, help="τ_ck (0.2)")
    parser.add_argument("--results", help="COCO results JSON to write, of the fused people")
    parser.add_argument("--threads", type=int, default=0)
    o = parser.parse_args()
    if o.threads:
        torch.set_num_threads(o.threads)
    network = load_network(o.weights)
    t = Thresholds(fusion_distance=o.fusion_distance, fusion_confidence=o.fusion_confidence,
                   keypoint_confidence=o.keypoint_confidence)
    for label, fuse in (("fused", True), ("pose objects only", False)):
        figures = evaluate(network, o.data, o.images, o.size, t, fuse, o.results if fuse else None)
        print(f"{label:18s}" + "  ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
