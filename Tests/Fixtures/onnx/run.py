"""Checks an ONNX file and runs it on a stored image: run.py MODEL.onnx IMAGE.safetensors OUTPUT.safetensors.

Prints as JSON the metadata, the outputs' names, and the largest differences from what is stored in OUTPUT: `pred`, and `raw0` … `raw3` for
`raw8` … `raw64`. Without files it does nothing but end with status 77 where a package is missing.
"""

import json
import sys

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)
if len(sys.argv) == 1:
    sys.exit(0)


def tensors(path):
    with open(path, "rb") as file:
        head = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    types = {"F32": np.float32, "F16": np.float16, "U8": np.uint8, "I64": np.int64, "I32": np.int32}
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in head.items() if name != "__metadata__"}


model, image, stored = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)
image, stored = tensors(image)["input_u8_bgr_hwc"], tensors(stored)
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
images = image[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 255
batch = session.get_inputs()[0].shape[0]
if not isinstance(batch, int):
    # A second image, mirrored: each has to be what it is alone.
    images = np.concatenate((images, images[..., ::-1]))
outputs = {o.name: value[:1] for o, value in zip(session.get_outputs(), session.run(None, {"images": images}))}
differences = {}
for name, value in outputs.items():
    if name.startswith("raw"):
        n, channels, rows, columns = value.shape
        value = value.reshape(n, 3, channels // 3, rows, columns).transpose(0, 1, 3, 4, 2)
        expected = stored[f"raw{('raw8', 'raw16', 'raw32', 'raw64').index(name)}"]
    else:
        expected = stored["pred"]
    differences[name] = float(np.abs(value - expected).max()) if value.shape == expected.shape else None
print(json.dumps({"metadata": dict(session.get_modelmeta().custom_metadata_map), "differences": differences}))
