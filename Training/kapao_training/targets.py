"""Which cell and anchor of which grid answers for which object (Section 3.2 of the paper, as in YOLOv5)."""

from dataclasses import dataclass, field

import torch

from .network import STRIDES

ANCHOR_RATIO = 4.0


@dataclass
class Objects:
    """Pose objects (class 0) and keypoint objects (class k + 1) of a batch, in pixels of the input.

    `image`: (N,). `category`: (N,). `boxes`: (N, 4) centre x, y, width, height.
    `keypoints`: (N, K, 3) x, y, visibility; all unlabelled for keypoint objects.
    `ignored_image`, `ignored_boxes`: (M,) and (M, 4) x1 y1 x2 y2: where a detection is neither right nor wrong.
    """

    image: torch.Tensor
    category: torch.Tensor
    boxes: torch.Tensor
    keypoints: torch.Tensor
    ignored_image: torch.Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.long))
    ignored_boxes: torch.Tensor = field(default_factory=lambda: torch.zeros(0, 4))


@dataclass
class Assignment:
    """The responsible outputs of one grid: index tensors (M,) and targets in pixels."""

    image: torch.Tensor
    anchor: torch.Tensor
    y: torch.Tensor
    x: torch.Tensor
    category: torch.Tensor
    boxes: torch.Tensor
    keypoints: torch.Tensor


def make_objects(owner: torch.Tensor, boxes: torch.Tensor, keypoints: torch.Tensor, side: float,
                 ignored: torch.Tensor | None = None) -> Objects:
    """Pose objects of the people, and for each labelled keypoint an object: a square of `side` pixels around it.
    `ignored` (P,): people who are no objects, but whose boxes are left out of the loss."""
    if ignored is None:
        ignored = torch.zeros(len(owner), dtype=torch.bool, device=owner.device)
    left_out, quiet = owner[ignored], boxes[ignored]
    owner, boxes, keypoints = owner[~ignored], boxes[~ignored], keypoints[~ignored]
    person, k = (keypoints[..., 2] > 0).nonzero(as_tuple=True)
    centres = keypoints[person, k, :2]
    squares = torch.cat((centres, torch.full_like(centres, side)), 1)
    none = keypoints.new_zeros((len(person), *keypoints.shape[1:]))
    return Objects(
        image=torch.cat((owner, owner[person])),
        category=torch.cat((torch.zeros_like(owner), k + 1)),
        boxes=torch.cat((boxes, squares)),
        keypoints=torch.cat((keypoints, none)),
        ignored_image=left_out,
        ignored_boxes=torch.cat((quiet[:, :2] - quiet[:, 2:] / 2, quiet[:, :2] + quiet[:, 2:] / 2), 1),
    )


def assign(objects: Objects, anchors: torch.Tensor, shapes: list[tuple[int, int]]) -> list[Assignment]:
    """One `Assignment` a grid.

    An object belongs to each anchor whose sides differ from its own by less than a factor of 4, in the cell of its
    centre and in the nearest neighbours left or right and above or below. `anchors`: (grid, 3, 2) pixels;
    `shapes`: rows and columns of each grid.
    """
    return [_assign(objects, a, stride, shape) for a, stride, shape in zip(anchors, STRIDES, shapes)]


def _assign(o: Objects, anchors: torch.Tensor, stride: int, shape: tuple[int, int]) -> Assignment:
    ratio = o.boxes[:, None, 2:] / anchors[None]
    fits = torch.maximum(ratio, 1 / ratio).amax(-1) < ANCHOR_RATIO
    index, anchor = fits.nonzero(as_tuple=True)
    centre = o.boxes[index, :2] / stride
    rows, columns = shape
    limit = torch.tensor([columns, rows], device=centre.device)
    cell = centre.floor()
    part = centre - cell
    step = torch.where(part < 0.5, -1.0, 1.0)
    cells = [cell]
    for axis in (0, 1):
        move = torch.zeros_like(cell)
        move[:, axis] = step[:, axis]
        cells.append(cell + move)
    cells = torch.stack(cells)
    valid = ((cells >= 0) & (cells < limit)).all(-1)
    which = valid.nonzero(as_tuple=True)
    x, y = cells[which].long().T
    index, anchor = index[which[1]], anchor[which[1]]
    return Assignment(o.image[index], anchor, y, x, o.category[index], o.boxes[index], o.keypoints[index])
