"""Target assignment on cases worked out by hand."""

import torch

from kapao_training.network import ANCHORS
from kapao_training.targets import Objects, assign, make_objects

ANCHOR_PIXELS = torch.tensor(ANCHORS, dtype=torch.float32).view(4, 3, 2)
SHAPES = [(16, 16), (8, 8), (4, 4), (2, 2)]


def one(x, y, w, h):
    return Objects(torch.tensor([0]), torch.tensor([0]), torch.tensor([[x, y, w, h]], dtype=torch.float32),
                   torch.zeros(1, 2, 3))


def places(a):
    return sorted(zip(a.anchor.tolist(), a.y.tolist(), a.x.tolist()))


def test_an_object_takes_its_cell_and_the_two_nearest_neighbours():
    # Centre (44, 42) at stride 8: cell (5, 5) with parts 0.5 and 0.25, so right and above.
    # 20 × 30 px fits the anchors (19, 27), (44, 40) and (38, 94), whose ratios are at most 3.14.
    a = assign(one(44, 42, 20, 30), ANCHOR_PIXELS, SHAPES)[0]
    assert places(a) == [(k, y, x) for k in (0, 1, 2) for y, x in ((4, 5), (5, 5), (5, 6))]


def test_an_anchor_four_times_larger_or_smaller_is_not_used():
    # 20 × 30 against stride 16: (96, 68) is 4.8 times as wide, (86, 152) and (180, 137) are worse.
    grids = assign(one(44, 42, 20, 30), ANCHOR_PIXELS, SHAPES)
    assert [len(a.image) for a in grids[1:]] == [0, 0, 0]


def test_a_large_object_belongs_to_the_coarse_grids():
    # 500 × 600 px: at stride 16 (86, 152) is 5.8 times too thin and (180, 137) 4.4 times too low. All anchors of
    # strides 32 and 64 fit, in three cells each.
    counts = [len(a.image) for a in assign(one(60, 60, 500, 600), ANCHOR_PIXELS, SHAPES)]
    assert counts == [0, 0, 9, 9]


def test_neighbours_outside_the_grid_are_left_out():
    # Centre (2, 2): the neighbours left and above do not exist.
    a = assign(one(2, 2, 20, 30), ANCHOR_PIXELS, SHAPES)[0]
    assert places(a) == [(0, 0, 0), (1, 0, 0), (2, 0, 0)]


def test_each_labelled_keypoint_becomes_an_object_of_its_own_class():
    owner = torch.tensor([3])
    boxes = torch.tensor([[50.0, 60, 40, 80]])
    keypoints = torch.tensor([[[41.0, 25, 2], [0, 0, 0], [52, 90, 1]]])
    o = make_objects(owner, boxes, keypoints, 25.6)
    assert o.category.tolist() == [0, 1, 3]
    assert o.image.tolist() == [3, 3, 3]
    assert torch.equal(o.boxes[1:], torch.tensor([[41, 25, 25.6, 25.6], [52, 90, 25.6, 25.6]]))
    assert (o.keypoints[1:, :, 2] == 0).all()
    assert torch.equal(o.keypoints[0], keypoints[0])
