"""From raw maps to predictions in pixels of the network's input."""

import torch

from .network import STRIDES


def decode(maps: list[torch.Tensor], anchors: torch.Tensor, keypoints: int) -> torch.Tensor:
    """(batch, N, channel): x y w h, objectness, K + 1 class scores, 2K keypoint coordinates, in pixels.

    `anchors`: (stride, 3, 2), pixels. Box: centre (2σ − 0.5 + cell)·s, size (2σ)²·A;
    keypoint: (4σ − 2)·A + cell·s. Order: stride, anchor, y, x.
    """
    out = []
    for raw, anchor, stride in zip(maps, anchors, STRIDES):
        n, a, h, w, c = raw.shape
        p = raw.float().sigmoid()
        grid = torch.stack(torch.meshgrid(torch.arange(w), torch.arange(h), indexing="xy"), -1).to(p)
        size = anchor.view(1, a, 1, 1, 2).to(p)
        xy = (p[..., 0:2] * 2 - 0.5 + grid) * stride
        wh = (p[..., 2:4] * 2) ** 2 * size
        kps = p[..., -2 * keypoints:].reshape(n, a, h, w, keypoints, 2)
        kps = (kps * 4 - 2) * size[..., None, :] + (grid * stride)[..., None, :]
        joined = torch.cat((xy, wh, p[..., 4:-2 * keypoints], kps.flatten(-2)), -1)
        out.append(joined.reshape(n, -1, c))
    return torch.cat(out, 1)
