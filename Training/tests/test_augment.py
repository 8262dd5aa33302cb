"""Augmentation: people move with their picture."""

import numpy as np

from kapao_training.augment import flip, mosaic, place
from kapao_training.data import collate
from kapao_training.dataset import Person, Sample
from kapao_training.skeleton import Skeleton


def sample(width=100, height=60):
    keypoints = np.zeros((17, 3), np.float32)
    keypoints[5] = (70, 20, 2)   # left shoulder
    keypoints[6] = (60, 22, 1)   # right shoulder
    return Sample(np.zeros((height, width, 3), np.uint8), [Person(np.array([55, 10, 80, 50], np.float32), keypoints)])


def test_the_swap_of_coco_keypoints_exchanges_left_and_right():
    assert Skeleton.coco().flip == [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]


def test_the_swap_of_a_users_own_keypoints_follows_their_names():
    skeleton = Skeleton.from_category({"keypoints": ["head", "left_hand", "tail", "right_hand"]})
    assert skeleton.flip == [0, 3, 2, 1]


def test_a_flip_mirrors_and_renames():
    person = flip(sample(), Skeleton.coco().flip).people[0]
    assert person.box.tolist() == [20, 10, 45, 50]
    assert person.keypoints[6].tolist() == [30, 20, 2]
    assert person.keypoints[5].tolist() == [40, 22, 1]


def test_flipping_twice_changes_nothing():
    swap = Skeleton.coco().flip
    twice = flip(flip(sample(), swap), swap).people[0]
    labelled = twice.keypoints[:, 2] > 0
    assert np.array_equal(twice.box, sample().people[0].box)
    assert np.array_equal(twice.keypoints[labelled], sample().people[0].keypoints[labelled])


def test_a_window_cuts_boxes_and_forgets_keypoints_outside():
    person = place(sample(), 50, 50, 1.0, 20, 0).people[0]      # x from 20 to 70
    assert person.box.tolist() == [35, 10, 50, 50]
    assert person.keypoints[5, 2] == 0 and person.keypoints[6].tolist() == [40, 22, 1]


def test_a_person_mostly_outside_is_dropped():
    assert place(sample(), 50, 50, 1.0, 10, 0).people == []     # 5 of 25 px of the box are inside


def test_pixels_and_keypoints_move_together():
    one = sample()
    one.pixels[19:22, 69:72] = 255      # around (70, 20)
    for scale in (0.4, 1.5):
        window = place(one, 150, 90, scale, 3, 2)
        x, y = window.people[0].keypoints[5, :2]
        ys, xs = np.nonzero(window.pixels[:, :, 0] > 180) if scale > 1 else np.nonzero(
            (window.pixels[:, :, 0] > 60) & (window.pixels[:, :, 0] != 114))
        assert abs(xs.mean() - x) < 1 and abs(ys.mean() - y) < 1


def test_a_mosaic_keeps_people_inside_its_canvas():
    rng = np.random.default_rng(0)
    for _ in range(20):
        made = mosaic([sample() for _ in range(4)], 128, rng)
        assert made.pixels.shape == (128, 128, 3)
        for person in made.people:
            assert (person.box >= 0).all() and (person.box <= 128).all()
            seen = person.keypoints[person.keypoints[:, 2] > 0]
            assert ((seen[:, :2] >= 0) & (seen[:, :2] < 128)).all()


def test_a_batch_names_the_image_of_each_person():
    batch = collate([sample(), Sample(np.zeros((60, 100, 3), np.uint8), []), sample()], 17)
    assert batch.images.shape == (3, 3, 60, 100)
    assert batch.owner.tolist() == [0, 2]
    assert batch.boxes[0].tolist() == [67.5, 30, 25, 40]
