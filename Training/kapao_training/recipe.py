"""The settings of the paper's networks (Section 4.1 and Table 5), as defaults of the command line.

Networks begin as YOLOv5-P6 networks trained on COCO's boxes (`--start`). S was trained in batches of 128, M of 72, L of 48;
COCO for 500 epochs, CrowdPose for 300, the ablation of the size of keypoint objects for 50.
"""

PAPER = dict(
    width=0.5,                    # KAPAO-S; M: 0.75 and 0.67, L: 1 and 1
    depth=0.33,
    size=1280,
    batch=128,
    nominal_batch=64,             # smaller batches are added up to this many pictures before a step
    epochs=500.0,
    optimizer="sgd",
    rate=0.01,
    last_rate=0.2,
    warmup_epochs=3.0,
    bias_rate=0.1,
    decay=5e-4,
    average=0.9999,
    clip=float("inf"),
    mosaic=1.0,
    official_augmentation=True,
    human_weight=1.0,
    crops=0.0,
    multi_scale=0.0,
    keypoint_box_share=0.05,
    gains=(0.05, 0.7, 0.3, 0.025),
    keypoint_loss="grid",
)

RECIPES = {"paper": PAPER}
