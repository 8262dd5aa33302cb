"""Training images made on the GPU: windows of pictures that are kept there, under affine maps, with the people in them.

The same pictures as `kapao_training.augment` makes one by one, a whole batch at a time.
"""

import math

import numpy as np
import torch
from torch.nn.functional import avg_pool2d, grid_sample

from kapao_training.augment import CROP_MARGIN, CROP_SPREAD, GREY, SINGLE_SPREAD
from kapao_training.data import Batch
from kapao_training.skeleton import Skeleton

LEVELS = 3


class Pictures:
    """Images as bytes (N, 3, side, side), RGB, in halves and quarters as well; people (N, P, …) padded with empty boxes.

    `sizes`: (N, 2) width and height of each image in its square, top left.
    """

    def __init__(self, head: dict, images: list[np.ndarray], device: torch.device, human_weight: float = 3.0):
        self.skeleton = Skeleton.from_category(head["category"])
        k, n = self.skeleton.count, len(images)
        side = -(-max(max(i.shape[:2]) for i in images) // 4) * 4
        most = max(max(len(r["people"]) for r in head["images"]), 1)
        whole = np.empty((n, side, side, 3), np.uint8)
        boxes, points = np.zeros((n, most, 4), np.float32), np.zeros((n, most, k, 3), np.float32)
        ignored, sizes = np.zeros((n, most), bool), np.zeros((n, 2), np.float32)
        for i, (image, record) in enumerate(zip(images, head["images"])):
            h, w = image.shape[:2]
            sizes[i] = w, h
            whole[i, :h, :w] = image
            whole[i, h:, :w] = image[-1:]       # beyond the border its own colour, for the smaller levels
            whole[i, :, w:] = whole[i, :, w - 1:w]
            for j, person in enumerate(record["people"]):
                x, y, bw, bh = person["bbox"]
                boxes[i, j], ignored[i, j] = (x, y, x + bw, y + bh), person["ignore"]
                if person["keypoints"]:
                    points[i, j] = np.reshape(person["keypoints"], (k, 3))
        whole = torch.from_numpy(whole)
        self.levels = [torch.cat([c.to(device).permute(0, 3, 1, 2).contiguous() for c in whole.split(256)])]
        for _ in range(LEVELS - 1):
            last = self.levels[-1]
            self.levels.append(torch.cat([avg_pool2d(c.float(), 2).round().byte() for c in last.split(256)]))
        self.boxes, self.points = torch.from_numpy(boxes).to(device), torch.from_numpy(points).to(device)
        self.ignored, self.sizes = torch.from_numpy(ignored).to(device), torch.from_numpy(sizes).to(device)
        self.present = (self.boxes[..., 2] > self.boxes[..., 0])
        self.weights = torch.tensor([human_weight if r["human"] else 1.0 for r in head["images"]],
                                    dtype=torch.float32, device=device)
        longest = (self.boxes[..., 2:] - self.boxes[..., :2]).amax(-1)
        fit = self.present & ~self.ignored & (longest >= 24 * side / 640) & ((self.points[..., 2] > 0).sum(-1) >= 3)
        self.able = fit.float() + 1e-9 * self.present        # whom a crop may show
        self.crop_weights = self.weights * fit.any(1)
        self.flip = torch.tensor(self.skeleton.flip, device=device)

    def draw(self, count: int, crop: bool = False) -> torch.Tensor:
        return torch.multinomial(self.crop_weights if crop else self.weights, count, replacement=True)

    def render(self, which: torch.Tensor, maps: torch.Tensor, height: int, width: int, blurred: float = 0) -> torch.Tensor:
        """Windows (B, 3, height, width), 0…255, of the images `which` under `maps` (B, 2, 3), source to window.

        Each is read from the level at which it is at most halved (bilinearly), the share `blurred` from the next smaller
        one; grey outside the image.
        """
        scale = torch.linalg.det(maps[:, :, :2].double()).abs().sqrt()
        level = (-torch.log2(scale.clamp(min=1e-6))).floor().clamp(min=0)
        level = (level + (torch.rand(len(which), device=maps.device) < blurred)).clamp(max=LEVELS - 1).long()
        linear = torch.linalg.inv(maps[:, :, :2].double())
        back = torch.cat((linear, -linear @ maps[:, :, 2:].double()), 2).float()     # window to source
        y, x = torch.meshgrid(torch.arange(height, device=maps.device) + 0.0, torch.arange(width, device=maps.device) + 0.0,
                              indexing="ij")
        spots = torch.stack((x, y, torch.ones_like(x)), -1).view(-1, 3)
        out = torch.empty((len(which), 3, height, width), device=maps.device)
        for l, images in enumerate(self.levels):
            these = (level == l).nonzero()[:, 0]
            for some in these.split(128):
                if not len(some):
                    continue
                source = (spots @ back[some].mT).view(-1, height, width, 2)
                w, h = self.sizes[which[some]].unbind(1)
                outside = ((source < -0.5) | (source[..., 0:1] > w[:, None, None, None] - 0.5)
                           | (source[..., 1:] > h[:, None, None, None] - 0.5)).any(-1)
                side = images.shape[-1]
                # Pixel centres: source pixel s lies at (s + ½)/2^l of a smaller level, grid_sample's −1…1 at its borders.
                grid = (source + 0.5) / 2 ** l * (2 / side) - 1
                seen = grid_sample(images[which[some]].float(), grid, "bilinear", "border", align_corners=False)
                out[some] = seen.masked_fill_(outside[:, None], GREY)
        return out

    def people(self, which: torch.Tensor, maps: torch.Tensor, low: torch.Tensor, high: torch.Tensor):
        """The people of images `which` under `maps`, cut to the windows `low`…`high` (B, 2): boxes (B, P, 4) x1 y1 x2 y2,
        keypoints (B, P, K, 3), ignored and kept (B, P). See `kapao_training.augment.warp`, whose rules these are."""
        boxes, points, ignored = self.boxes[which], self.points[which].clone(), self.ignored[which]
        linear, shift = maps[:, None, :, :2], maps[:, None, None, :, 2]
        points[..., :2] = torch.einsum("bpij,bpkj->bpki", linear.expand(-1, boxes.shape[1], -1, -1), points[..., :2]) + shift
        centre = torch.einsum("bij,bpj->bpi", maps[:, :, :2], (boxes[..., :2] + boxes[..., 2:]) / 2) + maps[:, None, :, 2]
        half = torch.einsum("bij,bpj->bpi", maps[:, :, :2] ** 2, ((boxes[..., 2:] - boxes[..., :2]) / 2) ** 2).sqrt()
        first, last = centre - half, centre + half
        turned = (maps[:, 0, 1] != 0)[:, None, None]
        labelled = (points[..., 2:] > 0)
        least = torch.where(labelled, points[..., :2], math.inf).amin(2)
        most = torch.where(labelled, points[..., :2], -math.inf).amax(2)
        first = torch.where(turned, torch.minimum(first, least), first)
        last = torch.where(turned, torch.maximum(last, most), last)
        low, high = low[:, None], high[:, None]
        cut = torch.cat((first.clamp(low, high), last.clamp(low, high)), -1)
        size = cut[..., 2:] - cut[..., :2]
        kept = (size.amin(-1) >= 6) & (size.prod(-1) >= 0.25 * (last - first).prod(-1))
        kept = self.present[which] & torch.where(ignored, size.amin(-1) > 0, kept)
        inside = ((points[..., :2] >= low[:, :, None]) & (points[..., :2] < high[:, :, None])).all(-1)
        points[..., 2] = points[..., 2] * inside
        return cut, points, ignored, kept

    def crops(self, count: int, size: int) -> Batch:
        """As `person_crop`."""
        device = self.boxes.device
        which = self.draw(count, crop=True)
        person = torch.multinomial(self.able[which], 1)[:, 0]
        box = self.boxes[which, person]
        longest = (box[:, 2:] - box[:, :2]).amax(-1)
        scale = size / CROP_MARGIN / longest * torch.empty_like(longest).uniform_(*CROP_SPREAD).exp()
        kind, turn = torch.rand(count, device=device), torch.randn(count, device=device) * 0.2
        turn = torch.where(kind < 0.125, torch.empty_like(turn).uniform_(-math.pi, math.pi), turn) * (kind < 0.625)
        cos, sin = scale * turn.cos(), scale * turn.sin()
        linear = torch.stack((torch.stack((cos, -sin), -1), torch.stack((sin, cos), -1)), 1)
        aim = size / 2 + torch.empty(count, 2, device=device).uniform_(-0.12, 0.12) * size
        shift = aim - torch.einsum("bij,bj->bi", linear, (box[:, :2] + box[:, 2:]) / 2)
        maps = torch.cat((linear, shift[..., None]), 2)
        limit = torch.full((count, 2), float(size), device=device)
        return self._batch(self.render(which, maps, size, size, blurred=0.15), *self.people(which, maps, torch.zeros_like(limit), limit))

    def mosaics(self, count: int, size: int, share: float) -> Batch:
        """As `mosaic` for `share` of them and else `single`: windows that meet at a random point near the middle."""
        device, several = self.boxes.device, round(count * share)
        canvas = torch.empty((count, 3, size, size), device=device)
        whole = torch.arange(several, count, device=device)
        parts = [(whole, *self._window(canvas[several:], size, 0, torch.zeros(count - several, 2, device=device), True))]
        meet = (torch.empty(several, 2, device=device).uniform_(0.35, 0.65) * size).floor()
        side = math.ceil(0.65 * size)                # of the corner that holds the k-th window, wherever they meet
        for k in range(4 if several else 0):
            right, below = k & 1, k >> 1
            x, y = right * (size - side), below * (size - side)
            low = meet * torch.tensor([right, below], device=device)
            high = torch.where(torch.tensor([right, below], device=device) > 0, float(size), meet)
            corner = canvas[:several, :, y:y + side, x:x + side]
            origin = torch.tensor([x, y], device=device, dtype=torch.float32)
            parts.append((torch.arange(several, device=device),
                          *self._window(corner, size, origin, low, False, high)))
        owners = torch.cat([rows for rows, *_ in parts])
        boxes, points, ignored, kept = (torch.cat([p[i] for p in parts]) for i in range(1, 5))
        return self._batch(canvas, boxes, points, ignored, kept, owners)

    def _window(self, canvas, size, origin, low, single, high=None):
        """Draws a random window of a random image for each of the batch where it is `low`…`high` (B, 2) of the whole
        pictures, into their part `canvas` (B, 3, h, w) whose top left corner is at `origin`; the people in it."""
        n, (height, width) = len(canvas), canvas.shape[2:]
        high = torch.full_like(low, size) if high is None else high
        which = self.draw(n)
        maps = self._windows(which, high - low, single)
        maps[:, :, 2] += low
        there = maps.clone()
        there[:, :, 2] -= origin
        tile = self.render(which, there, height, width)
        x, y = torch.arange(width, device=canvas.device), torch.arange(height, device=canvas.device)
        (x1, y1), (x2, y2) = (low - origin).T[:, :, None], (high - origin).T[:, :, None]
        inside = ((y >= y1) & (y < y2))[:, None, :, None] & ((x >= x1) & (x < x2))[:, None, None, :]
        canvas.copy_(torch.where(inside, tile, canvas))
        return self.people(which, maps, low, high)

    def _windows(self, which: torch.Tensor, extent: torch.Tensor, single: bool) -> torch.Tensor:
        """Maps of random windows of `extent` (B, 2), as `random_window` of the scale of `mosaic` or `single`."""
        device, n = which.device, len(which)
        sizes = self.sizes[which]
        spread = torch.empty(n, device=device).uniform_(*(SINGLE_SPREAD if single else (-0.35, 0.35)))
        least, most = (extent / sizes).aminmax(dim=1)
        scale = (least if single else most) * spread.exp()
        person = torch.multinomial(self.present[which].float() + 1e-9, 1)[:, 0]
        box = self.boxes[which, person] * scale[:, None]
        aim = box[:, :2] + (box[:, 2:] - box[:, :2]) * torch.rand(n, 2, device=device)
        anywhere = (torch.rand(n, device=device) >= 0.8) | ~self.present[which].any(1)
        scaled = sizes * scale[:, None]
        aim = torch.where(anywhere[:, None], scaled * torch.rand(n, 2, device=device), aim)
        corner = aim - extent * torch.rand(n, 2, device=device)
        least, most = -0.1 * extent, scaled - extent + 0.1 * extent
        middle = (scaled - extent) / 2 + (torch.rand(n, 2, device=device) - 0.5) * (most - least).abs()
        corner = torch.where(least <= most, corner.clamp(least, torch.maximum(least, most)), middle)
        maps = torch.zeros(n, 2, 3, device=device)
        maps[:, 0, 0] = maps[:, 1, 1] = scale
        maps[:, :, 2] = -corner
        return maps

    def _batch(self, images, boxes, points, ignored, kept, owners=None) -> Batch:
        """Half of the images mirrored, all with other colours, some with a part hidden; people as flat lists."""
        n, width = len(images), images.shape[-1]
        owners = torch.arange(n, device=images.device) if owners is None else owners
        mirror = torch.rand(n, device=images.device) < 0.5
        images = torch.where(mirror[:, None, None, None], images.flip(3), images)
        owner = owners[:, None].expand(kept.shape)[kept]
        boxes, points, ignored = boxes[kept], points[kept], ignored[kept]
        turned = mirror[owner]
        boxes = torch.where(turned[:, None], torch.stack((width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]), 1),
                            boxes)
        other = points[:, self.flip].clone()
        other[..., 0] = width - other[..., 0]
        points = torch.where(turned[:, None, None], other, points)
        middle = torch.cat(((boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]), 1)
        return Batch(hidden(recoloured(images)), owner, middle, points, ignored)


def recoloured(images: torch.Tensor, hue: float = 0.09, saturation: float = 0.7, value: float = 0.4) -> torch.Tensor:
    """Random hue (± radians of colour), saturation and value of each image; a tenth become grey. One 3 × 3 matrix each:
    the colour differences from luma are turned and scaled, then everything is scaled. 0…255 in and out."""
    n, device = len(images), images.device
    luma = torch.tensor([0.299, 0.587, 0.114], device=device).expand(3, 3)
    # Rotation about the grey axis by a small angle (Rodrigues).
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=device) / math.sqrt(3)
    third = torch.full((3, 3), 1 / 3, device=device)
    angle = (torch.rand(n, 1, 1, device=device) * 2 - 1) * hue
    turn = third + angle.cos() * (torch.eye(3, device=device) - third) + angle.sin() * cross
    gain = 1 + (torch.rand(n, 1, 1, device=device) * 2 - 1) * saturation
    gain = torch.where(torch.rand(n, 1, 1, device=device) < 0.1, 0.0, gain)
    matrix = (luma + gain * (turn @ (torch.eye(3, device=device) - luma)))
    matrix = matrix * (1 + (torch.rand(n, 1, 1, device=device) * 2 - 1) * value)
    return torch.einsum("bij,bjhw->bihw", matrix, images).clamp_(0, 255)


def hidden(images: torch.Tensor, share: float = 0.25) -> torch.Tensor:
    """A rectangle of some colour over the `share` of the images, a tenth to a third of their sides long."""
    n, _, height, width = images.shape
    device = images.device

    def span(length):
        size = torch.empty(n, 1, device=device).uniform_(0.1, 0.33) * length
        start = torch.rand(n, 1, device=device) * (length - size)
        spots = torch.arange(length, device=device)
        return (spots >= start) & (spots < start + size)

    over = span(height)[:, None, :, None] & span(width)[:, None, None, :]
    over = over & (torch.rand(n, 1, 1, 1, device=device) < share)
    return torch.where(over, torch.rand(n, 3, 1, 1, device=device) * 255, images)
