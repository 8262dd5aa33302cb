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
    # For four grids and 128 px: 0.7 · (128/640)² · 3/4.
    assert total.item() == pytest.approx(0.7 * 0.04 * 0.75 * math.log(2) * 5.31, rel=1e-5)


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
    # right. 2σ·√(0.53 · 19 · 27) is 16.49 px. With logits of 0 a gradient is gain · balance · (0.5 − target) / predictions.
    raw = [m.requires_grad_() for m in maps()]
    loss = Loss(ANCHOR_PIXELS, K, Gains(0, 1, 0, 0), sigmas=[0.5, 0.5], scores_poses=True)
    loss(raw, objects([[20.0, 20, 2], [0, 0, 0]]))[0].backward()
    gain = Gains(0, 1, 0, 0).scaled(4, K + 1, 128)[1]
    targets = 0.5 - raw[0].grad[0, 0, :, :, 4] * (3 * 16 * 16) / (4 * gain)
    moved = ciou(torch.tensor([[52.0, 44, 19, 27]]), torch.tensor([[44.0, 44, 19, 27]])).item()
    for column, iou, square in ((5, 1, 20 ** 2 + 20 ** 2), (6, moved, 28 ** 2 + 20 ** 2)):
        oks = math.exp(-square / (0.53 * 19 * 27) / 2)
        assert targets[5, column].item() == pytest.approx(math.sqrt(iou * oks), abs=1e-3)


def test_weights_are_those_of_table_5_for_four_grids_eighteen_classes_and_the_input():
    assert Gains().scaled(4, 18, 1280) == pytest.approx((0.0375, 2.1, 0.050625, 0.01875))


def test_the_loss_is_the_official_one():
    # Two images of 256 px, three people with two keypoints each; the official program's loss, with its gains scaled as its
    # training script does, gives these four parts and this total for the same maps.
    grids = []
    for stride in (8, 16, 32, 64):
        n = 256 // stride
        i = torch.arange(2 * 3 * n * n * CHANNELS, dtype=torch.float32)
        grids.append((torch.sin(i * 0.7) + 0.5 * torch.sin(i * 0.113)).view(2, 3, n, n, CHANNELS))
    people = make_objects(
        torch.tensor([0, 0, 1]),
        torch.tensor([[70.3, 90.1, 60.7, 120.2], [180.9, 120.2, 90.1, 200.3], [128.6, 131.3, 230.2, 210.4]]),
        torch.tensor([[[60.2, 50.7, 2], [80.1, 140.3, 1]], [[150.7, 60.2, 0], [200.3, 200.1, 2]],
                      [[33.3, 44.4, 1], [222.2, 199.9, 2]]]), 12.8)
    total, parts = Loss(ANCHOR_PIXELS, K)(grids, people)
    weighed = [p * w for p, w in zip(parts.tolist(), Gains().scaled(4, K + 1, 256))]
    assert weighed == pytest.approx([0.119779, 0.342351, 0.026469, 0.700731], abs=1e-5)
    assert total.item() == pytest.approx(2.378660, abs=1e-5)


def test_who_is_to_be_ignored_is_neither_learnt_nor_held_against_the_network():
    owner, boxes = torch.tensor([0, 0]), torch.tensor([[44.0, 44, 19, 27], [96.0, 96, 32, 32]])
    people = make_objects(owner, boxes, torch.tensor([[[40.0, 40, 2], [0, 0, 0]], [[96.0, 96, 2], [0, 0, 0]]]), 25.6,
                          torch.tensor([False, True]))
    assert people.category.tolist() == [0, 1]       # the first person and its keypoint
    raw = [m.requires_grad_() for m in maps()]
    Loss(ANCHOR_PIXELS, K)(raw, people)[0].backward()
    fine = raw[0].grad[0, 0, :, :, 4]
    assert (fine[10:14, 10:14] == 0).all()          # centres 84 … 108 px, in the box of 80 … 112
    assert fine[9, 9] != 0 and fine[14, 14] != 0 and fine[5, 5] != 0


def test_a_person_in_front_of_one_to_be_ignored_is_learnt():
    boxes = torch.tensor([[44.0, 44, 19, 27], [44.0, 44, 60, 60]])
    people = make_objects(torch.tensor([0, 0]), boxes, torch.zeros(2, K, 3), 25.6, torch.tensor([False, True]))
    raw = [m.requires_grad_() for m in maps()]
    Loss(ANCHOR_PIXELS, K)(raw, people)[0].backward()
    assert raw[0].grad[0, 0, 5, 5, 4] != 0 and raw[0].grad[0, 0, 3, 3, 4] == 0
