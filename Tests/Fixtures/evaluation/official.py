"""Prints the official evaluation's figures as JSON: official.py coco|crowdpose ANNOTATIONS RESULTS.

COCO's tool is the PyPI package pycocotools, CrowdPose's is in xtcocotools, which needs a numpy before 2.
Without files it does nothing but end with status 77 where the tool is missing.
"""

import contextlib
import io
import json
import sys

try:
    import numpy as np

    if sys.argv[1] == "coco":
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    else:
        from xtcocotools.coco import COCO
        from xtcocotools.cocoeval import COCOeval
except (ImportError, ValueError) as error:
    print(error, file=sys.stderr)
    sys.exit(77)

COCO_NAMES = ["AP", "AP50", "AP75", "AP medium", "AP large", "AR", "AR50", "AR75", "AR medium", "AR large"]
CROWD_NAMES = ["AP", "AP50", "AP75", "AR", "AR50", "AR75", "AP easy", "AP medium crowd", "AP hard"]
CROWD_SIGMAS = np.array([0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79]) / 10

if len(sys.argv) == 2:
    sys.exit(0)
kind, annotations, results = sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(annotations)
    found = truth.loadRes(results)
    if kind == "coco":
        evaluation, names = COCOeval(truth, found, "keypoints"), COCO_NAMES
    else:
        evaluation = COCOeval(truth, found, "keypoints_crowd", CROWD_SIGMAS, use_area=False)
        names = CROWD_NAMES
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
print(json.dumps(dict(zip(names, map(float, evaluation.stats)))))
