"""The training loss (Eqs. 5–9 and Table 5 of the paper)."""

import math
from dataclasses import dataclass

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from .network import STRIDES
from .targets import Objects, assign

BALANCE = (4.0, 1.0, 0.25, 0.06)
PARTS = ("box", "objectness", "class", "keypoint")


@dataclass(frozen=True)
class Gains:
    """Weights of the parts as Table 5 gives them, for 3 grids, 80 classes and pictures of 640 px."""

    box: float = 0.05
    objectness: float = 0.7
    category: float = 0.3
    keypoint: float = 0.025

    def scaled(self, grids: int, classes: int, width: int) -> tuple[float, float, float, float]:
        """The weights for other numbers of grids and classes and another input: box · 3/n, objectness · (w/640)² · 3/n,
        class · (K+1)/80 · 3/n, keypoint · 3/n."""
        n = 3 / grids
        return (self.box * n, self.objectness * (width / 640) ** 2 * n, self.category * classes / 80 * n,
                self.keypoint * n)


def ciou(a: torch.Tensor, b: torch.Tensor, eps: float = 1e-7) -> torch.Tensor:
    """Complete IoU of boxes (M, 4), centre x, y, width, height: IoU − ρ²/c² − αv."""
    low_a, high_a = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    low_b, high_b = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    inside = (torch.minimum(high_a, high_b) - torch.maximum(low_a, low_b)).clamp(0).prod(1)
    iou = inside / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - inside + eps)
    diagonal = ((torch.maximum(high_a, high_b) - torch.minimum(low_a, low_b)) ** 2).sum(1) + eps
    distance = ((a[:, :2] - b[:, :2]) ** 2).sum(1)
    v = 4 / math.pi ** 2 * (torch.atan(b[:, 2] / (b[:, 3] + eps)) - torch.atan(a[:, 2] / (a[:, 3] + eps))) ** 2
    with torch.no_grad():
        alpha = v / (v - iou + 1 + eps)
    return iou - distance / diagonal - alpha * v


class Loss:
    """Callable: raw maps and the objects of a batch to the total (times the batch size) and its parts before weighing.

    `sigmas`: where given, each keypoint's distance is measured in units of 2σ·√(0.53 · box area), the length at
    which OKS falls to exp(−1/2), instead of cells of the grid; small σ count as 0.05. `scores_poses`: with them, the
    objectness of a pose object is to be √(IoU · OKS) of what is predicted instead of its IoU.
    """

    def __init__(self, anchors: torch.Tensor, keypoints: int, gains: Gains = Gains(), sigmas=None, scores_poses=False):
        self.anchors, self.k, self.gains, self.scores_poses = anchors, keypoints, gains, scores_poses
        self.spread = None if sigmas is None else 2 * torch.tensor(sigmas).clamp(min=0.05).to(anchors)

    def __call__(self, maps: list[torch.Tensor], objects: Objects) -> tuple[torch.Tensor, torch.Tensor]:
        parts = torch.zeros(4, device=maps[0].device)
        shapes = [tuple(m.shape[2:4]) for m in maps]
        for raw, a, anchors, stride, balance in zip(
                maps, assign(objects, self.anchors, shapes), self.anchors, STRIDES, BALANCE):
            wanted = torch.zeros(raw.shape[:4], device=raw.device)
            judged = self._judged(raw, objects, stride)
            if len(a.image):
                out = raw[a.image, a.anchor, a.y, a.x].float()
                cell, size = torch.stack((a.x, a.y), 1), anchors[a.anchor]
                overlap = ciou(self._boxes(out, cell, size, stride), a.boxes)
                pose, distance, labelled = self._distances(out, cell, size, stride, a)
                quality = overlap.detach().clamp(0)
                if self.scores_poses:
                    oks = (torch.exp(-distance.detach() ** 2 / 2) * labelled).sum(1) / labelled.sum(1)
                    quality[pose] = (quality[pose] * oks).sqrt()
                wanted[a.image, a.anchor, a.y, a.x] = quality
                judged[a.image, a.anchor, a.y, a.x] = 1
                one_hot = torch.zeros_like(out[:, 5:6 + self.k])
                one_hot[torch.arange(len(out)), a.category] = 1
                parts = parts + torch.stack((
                    (1 - overlap).mean(), parts.new_zeros(()), bce(out[:, 5:6 + self.k], one_hot),
                    distance[labelled].mean() if len(distance) else parts.new_zeros(())))
            parts = parts + balance * torch.stack((
                parts.new_zeros(()), bce(raw[..., 4].float(), wanted, judged), parts.new_zeros(()),
                parts.new_zeros(())))
        weights = torch.tensor(self.gains.scaled(len(maps), self.k + 1, shapes[0][1] * STRIDES[0])).to(parts)
        return (parts * weights).sum() * maps[0].shape[0], parts.detach()

    @staticmethod
    def _judged(raw, objects, stride):
        """Weights of objectness: 0 in cells whose centre lies in a box to be ignored."""
        n, _, rows, columns = raw.shape[:4]
        low, high = (objects.ignored_boxes / stride).view(-1, 2, 2).unbind(1)
        x, y = (torch.arange(c, device=raw.device) + 0.5 for c in (columns, rows))
        inside = (((y >= low[:, 1:]) & (y <= high[:, 1:]))[:, :, None] & ((x >= low[:, :1]) & (x <= high[:, :1]))[:, None])
        covered = torch.zeros((n, rows, columns), device=raw.device).index_add_(0, objects.ignored_image, inside.float())
        return (covered == 0).float()[:, None].repeat(1, raw.shape[1], 1, 1)

    @staticmethod
    def _boxes(out, cell, size, stride):
        """Centre and size of the predicted boxes, pixels."""
        p = out[:, :4].sigmoid()
        return torch.cat(((p[:, :2] * 2 - 0.5 + cell) * stride, (p[:, 2:] * 2) ** 2 * size), 1)

    def _distances(self, out, cell, size, stride, a):
        """Which of the objects are poses with labels, (M,); their P predicted keypoints' distances from the true ones, and
        which of those are labelled, both (P, K)."""
        labelled = a.keypoints[..., 2] > 0
        pose = labelled.any(1)
        p = out[pose][:, -2 * self.k:].sigmoid().view(-1, self.k, 2)
        points = (p * 4 - 2) * size[pose][:, None] + (cell[pose] * stride)[:, None]
        distance = ((points - a.keypoints[pose][..., :2]) ** 2).sum(-1).add(1e-6).sqrt()
        if self.spread is None:
            distance = distance / stride
        else:
            scale = (a.boxes[pose][:, 2:].prod(1) * 0.53).sqrt()
            distance = distance / (scale[:, None] * self.spread)
        return pose, distance, labelled[pose]
