"""The loss on cases worked out by hand."""

import math

import pytest
import torch

from kapao_training.loss import Gains, Loss, ciou
from kapao_training.network import ANCHORS
from kapao_training.targets import make_objects

ANCHOR_PIXELS = torch.tensor(ANCHORS, dtype=torch.float32).view(4, 3, 2)
K = 2
CHANNELS = 5 + K + 1 + 2 * K


def maps(value=0.0, size=128):
    return [torch.full((1, 3, size // s, size // s, CHANNELS), value) for s in (8, 16, 32, 64)]


def objects(keypoints):
    return make_objects(torch.tensor([0]), torch.tensor([[44.0, 44, 19, 27]]), torch.tensor([keypoints]), 25.6)


def test_ciou_of_equal_boxes_is_one():
    box = torch.tensor([[10.0, 20, 30, 40]])
    assert ciou(box, box).item() == pytest.approx(1, abs=1e-5)


def test_ciou_counts_the_distance_of_centres():
    # Two 10 × 10 boxes, 5 apart: IoU 50/150, diagonal² = 15² + 10², no difference in aspect.
    a, b = torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([[5.0, 0, 10, 10]])
    assert ciou(a, b).item() == pytest.approx(1 / 3 - 25 / 325, abs=1e-5)


def test_ciou_counts_the_difference_of_aspect():
    # 20 × 10 and 10 × 20 with one centre: IoU 100/300, v = 4/π² (atan 2 − atan ½)², α = v / (v − IoU + 1).
    a, b = torch.tensor([[0.0, 0, 20, 10]]), torch.tensor([[0.0, 0, 10, 20]])
    v = 4 / math.pi ** 2 * (math.atan(2) - math.atan(0.5)) ** 2
    assert ciou(a, b).item() == pytest.approx(1 / 3 - v * v / (v - 1 / 3 + 1), abs=1e-5)


def test_an_empty_batch_costs_objectness_only():
    # Every logit 0: BCE ln 2 on each grid, balanced 4 + 1 + 0.25 + 0.06.
    empty = make_objects(torch.zeros(0, dtype=torch.long), torch.zeros(0, 4), torch.zeros(0, K, 3), 25.6)
    total, parts = Loss(ANCHOR_PIXELS, K)(maps(), empty)
    assert parts.tolist() == pytest.approx([0, math.log(2) * 5.31, 0, 0], rel=1e-5)
    assert total.item() == pytest.approx(0.7 * math.log(2) * 5.31, rel=1e-5)


def test_class_loss_is_ln_2_a_grid_with_zero_logits():
    _, parts = Loss(ANCHOR_PIXELS, K)(maps(), objects([[0.0, 0, 0], [0, 0, 0]]))
    assert parts[2].item() == pytest.approx(math.log(2), rel=1e-5)  # the box fits anchors of the first grid only


def test_keypoint_loss_is_the_mean_distance_in_cells():
    # All logits 0: the predicted keypoint is the corner of its cell. Centre (44, 44), stride 8: parts 0.5,
    # so the cells are (5, 5), (6, 5), (5, 6). The keypoint (40, 40) is 0, 8 and 8 px from their corners.
    _, parts = Loss(ANCHOR_PIXELS, K)(maps(), objects([[40.0, 40, 2], [0, 0, 0]]))
    assert parts[3].item() == pytest.approx((0 + 1 + 1) / 3, abs=1e-3)


def test_unlabelled_keypoints_do_not_count():
    one = Loss(ANCHOR_PIXELS, K)(maps(), objects([[40.0, 40, 2], [0, 0, 0]]))[1]
    other = Loss(ANCHOR_PIXELS, K)(maps(), objects([[40.0, 40, 2], [900, 900, 0]]))[1]
    assert torch.equal(one, other)


def test_oks_units_divide_by_spread_and_scale():
    # 8 px at σ 0.1 on a 19 × 27 px box: 8 / (0.2 · √(0.53 · 513)).
    loss = Loss(ANCHOR_PIXELS, K, sigmas=[0.1, 0.1])
    _, parts = loss(maps(), objects([[40.0, 40, 2], [0, 0, 0]]))
    assert parts[3].item() == pytest.approx(2 / 3 * 8 / (0.2 * math.sqrt(0.53 * 513)), abs=1e-3)


def test_a_perfect_prediction_costs_no_box_and_no_keypoint_loss():
    raw = maps(-20.0)
    target = objects([[44.0, 44, 0], [0, 0, 0]])
    # Cell (5, 5), anchor 0: centre 2σ − 0.5 = 0.5, so σ = 0.5; size (2σ)² = 1.
    raw[0][0, :, :, :, :4] = 0
    loss = Loss(ANCHOR_PIXELS, K, Gains(box=1, objectness=0, category=0, keypoint=0))
    boxes = loss._boxes(raw[0][0, 0, 5, 5][None], torch.tensor([[5, 5]]), ANCHOR_PIXELS[0, :1], 8)
    assert torch.allclose(boxes, target.boxes[:1])


def test_the_gradient_reaches_every_part():
    raw = [m.requires_grad_() for m in maps(0.1)]
    total, _ = Loss(ANCHOR_PIXELS, K)(raw, objects([[30.0, 35, 2], [55, 52, 1]]))
    total.backward()
    at = raw[0].grad[0, 0, 5, 5]
    assert (at != 0).all()


def test_objectness_of_people_can_be_that_of_the_pose():
    # As above: anchor 0 of cell (5, 5) has the right box and its keypoint at (40, 40); at (6, 5) both are 8 px further
    # right. 2σ·√(0.53 · 19 · 27) is 16.49 px. With logits of 0 a gradient is balance · (0.5 − target) / predictions.
    raw = [m.requires_grad_() for m in maps()]
    loss = Loss(ANCHOR_PIXELS, K, Gains(0, 1, 0, 0), sigmas=[0.5, 0.5], scores_poses=True)
    loss(raw, objects([[20.0, 20, 2], [0, 0, 0]]))[0].backward()
    targets = 0.5 - raw[0].grad[0, 0, :, :, 4] * (3 * 16 * 16) / 4
    moved = ciou(torch.tensor([[52.0, 44, 19, 27]]), torch.tensor([[44.0, 44, 19, 27]])).item()
    for column, iou, square in ((5, 1, 20 ** 2 + 20 ** 2), (6, moved, 28 ** 2 + 20 ** 2)):
        oks = math.exp(-square / (0.53 * 19 * 27) / 2)
        assert targets[5, column].item() == pytest.approx(math.sqrt(iou * oks), abs=1e-3)
