"""Augmentation: people move with their picture."""

import json

import cv2
import numpy as np
import pytest

from kapao_training.augment import CROP_MARGIN, flip, mosaic, official_mosaic, person_crop, place, warp
from kapao_training.data import collate
from kapao_training.dataset import PackedDataset, Person, Sample
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


@pytest.mark.parametrize("pictures", (4, 9))
def test_a_mosaic_keeps_people_inside_its_canvas(pictures):
    rng = np.random.default_rng(0)
    for _ in range(20):
        made = mosaic([sample() for _ in range(pictures)], 128, rng)
        assert made.people
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


def test_a_turned_picture_takes_its_keypoints_and_boxes_along():
    one = sample()
    one.pixels[19:22, 69:72] = 255      # around (70, 20)
    quarter = np.array([[0, -1, 60], [1, 0, 0]])        # (x, y) to (60 − y, x)
    turned = warp(one, quarter, 60, 100)
    person = turned.people[0]
    assert person.keypoints[5].tolist() == [40, 70, 2]
    assert np.allclose(person.box, [10, 55, 50, 80])
    ys, xs = np.nonzero(turned.pixels[:, :, 0] > 180)
    assert abs(xs.mean() - 40) < 1 and abs(ys.mean() - 70) < 1


def test_a_crop_shows_its_person_at_the_size_of_the_second_look():
    rng = np.random.default_rng(0)
    one = sample(400, 300)
    one.people[0].box[:] = (100, 50, 180, 250)
    one.people[0].keypoints[:, :2] = (140, 150)
    one.people[0].keypoints[:, 2] = 2
    for _ in range(50):
        crop = person_crop(one, 320, rng)
        person = crop.people[0]
        assert crop.pixels.shape == (320, 320, 3)
        # Upright 200 px of 1.25 · 200, times 0.67 … 1.28; a turned box is no lower than 0.4 of that.
        assert 0.4 * 0.67 * 320 / CROP_MARGIN < (person.box[2:] - person.box[:2]).max() < 1.3 * 320 / CROP_MARGIN
        assert (abs(person.keypoints[0, :2] - 160) < 0.13 * 320).all()


def test_people_of_an_official_mosaic_lie_where_their_pixels_are():
    rng, seen = np.random.default_rng(0), 0
    for _ in range(100):
        four = [sample() for _ in range(4)]
        for one in four:
            one.pixels[17:24, 67:74] = 255      # around (70, 20)
        whole = official_mosaic(four, 256, rng)
        for person in whole.people:
            x, y, v = person.keypoints[5]
            if v and 8 < x < 248 and 8 < y < 248 and person.box[3] - person.box[1] > 25:
                seen += 1
                assert whole.pixels[int(y), int(x), 0] > 200
    assert seen > 30


def test_the_ignored_stay_ignored():
    one = sample()
    one.people[0].ignore = True
    assert place(one, 50, 50, 1.0, 10, 0).people[0].ignore      # of whom 5 of 25 px are inside
    assert flip(one, Skeleton.coco().flip).people[0].ignore
    assert collate([one], 17).ignored.tolist() == [True]


def test_pictures_are_drawn_by_who_labelled_them_and_by_source(tmp_path):
    images, people = [], []
    for i, (source, label) in enumerate((("coco", "human"), ("coco", None), ("street", "machine"), ("web", "machine"))):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.zeros((8, 8, 3), np.uint8))
        images.append({"id": i, "file_name": f"{i}.png", "source": source})
        if label:
            people.append({"image_id": i, "bbox": [0, 0, 4, 4], "label": label})
    category = {"keypoints": ["nose"], "name": "person"}
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"images": images, "annotations": people, "categories": [category]}))
    dataset = PackedDataset(data, tmp_path, tmp_path / "cache", 64, 6, {"street": 3})
    assert np.allclose(dataset.weights * 11, (6, 1, 3, 1))
