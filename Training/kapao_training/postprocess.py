"""Non-maximum suppression and fusion (Algorithm 1 of the paper), for measuring during training."""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Thresholds:
    """τ_cp, τ_bp, τ_ck, τ_bk, τ_fc and τ_fd (pixels of the source image) of the paper."""

    pose_confidence: float = 0.001
    pose_overlap: float = 0.65
    keypoint_confidence: float = 0.2
    keypoint_overlap: float = 0.25
    fusion_confidence: float = 0.3
    fusion_distance: float = 50.0
    limit: int = 300


def iou(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Intersection over union of one x1 y1 x2 y2 box with each of (N, 4)."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    inside = np.clip(high - low, 0, None).prod(1)
    area = (box[2:] - box[:2]).prod()
    return inside / (area + (boxes[:, 2:] - boxes[:, :2]).prod(1) - inside + 1e-9)


def suppress(boxes: np.ndarray, scores: np.ndarray, overlap: float, limit: int) -> np.ndarray:
    """Indices kept, best first."""
    order, kept = np.argsort(-scores, kind="stable")[:30000], []
    while order.size and len(kept) < limit:
        kept.append(order[0])
        order = order[1:][iou(boxes[order[0]], boxes[order[1:]]) <= overlap]
    return np.array(kept, dtype=np.int64)


def _select(pred: np.ndarray, classes: range, confidence: float, overlap: float, limit: int):
    """Per-class NMS over `classes`: rows, class and score, best first."""
    pred = pred[pred[:, 4] > confidence]
    score = pred[:, 4:5] * pred[:, 5 + classes.start:5 + classes.stop]
    best = score.argmax(1)
    score = score[np.arange(len(pred)), best]
    good = score > confidence
    pred, best, score = pred[good], best[good] + classes.start, score[good]
    half = pred[:, 2:4] / 2
    boxes = np.concatenate((pred[:, :2] - half, pred[:, :2] + half), 1)
    kept = suppress(boxes + best[:, None] * 1e5, score, overlap, limit)
    return pred[kept], best[kept], score[kept]


def poses(pred: torch.Tensor, keypoints: int, scale: float, pad: tuple[float, float], t: Thresholds, fuse: bool = True):
    """People in one image.

    `pred`: (N, channel) from `decode`; `scale`, `pad`: the letterbox (input = source · scale + pad).
    Returns (P, K, 3): x, y in source pixels and the confidence of the fused keypoint object (0: not fused),
    boxes (P, 4) and scores (P,).
    """
    p = pred.cpu().numpy()
    origin = np.array(pad, dtype=np.float32)
    people, _, scores = _select(p, range(0, 1), t.pose_confidence, t.pose_overlap, t.limit)
    coordinates = people[:, -2 * keypoints:].reshape(-1, keypoints, 2)
    out = np.concatenate(((coordinates - origin) / scale, np.zeros((len(people), keypoints, 1), np.float32)), 2)
    half = people[:, 2:4] / 2
    boxes = np.concatenate((people[:, :2] - half - origin, people[:, :2] + half - origin), 1) / scale
    if fuse:
        _fuse(out, scores, p, keypoints, scale, origin, t)
    return out, boxes, scores


def _fuse(out, scores, p, keypoints, scale, origin, t: Thresholds):
    """Algorithm 1: each keypoint object, best first, may replace that keypoint of the nearest pose."""
    able = np.flatnonzero(scores > t.fusion_confidence)
    if able.size == 0:
        return
    found, cls, conf = _select(p, range(1, keypoints + 1), t.keypoint_confidence, t.keypoint_overlap, t.limit)
    for row, k, c in zip(found, cls - 1, conf):
        xy = (row[:2] - origin) / scale
        distance = np.linalg.norm(out[able, k, :2] - xy, axis=1)
        nearest = distance.argmin()
        person = able[nearest]
        if c > out[person, k, 2] and distance[nearest] < t.fusion_distance:
            out[person, k] = (*xy, c)
