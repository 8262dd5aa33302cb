"""An image into the network's input."""

import cv2
import numpy as np
import torch


def letterbox(image: np.ndarray, size: int, multiple: int = 64):
    """Scales the longest side of a BGR image to `size` and pads with 114 to a multiple of `multiple`.

    Returns the tensor (3, H, W), RGB in 0…1, the scale, and the padding (left, top) in pixels.
    """
    h, w = image.shape[:2]
    scale = size / max(h, w)
    nw, nh = round(w * scale), round(h * scale)
    if (nw, nh) != (w, h):
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        image = cv2.resize(image, (nw, nh), interpolation=how)
    dx, dy = -nw % multiple, -nh % multiple
    left, top = dx // 2, dy // 2
    image = cv2.copyMakeBorder(image, top, dy - top, left, dx - left, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    tensor = torch.from_numpy(np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1))).float() / 255
    return tensor, scale, (left, top)
