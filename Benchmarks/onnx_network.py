"""KAPAO's network as an ONNX graph, from a model file of kapao-video, for peers to run."""

import json
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def read_safetensors(path):
    """The header's texts and the tensors of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    types = {"F16": np.float16, "F32": np.float32, "U8": np.uint8}
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors


class Network:
    """Builds the graph layer by layer; `x` names the output of the last node."""

    def __init__(self, path, width, height):
        metadata, tensors = read_safetensors(path)
        self.depth = json.loads(metadata["architecture"])["depth"]
        self.weights = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
        self.size = (width, height)
        self.nodes, self.constants = [], []

    def add(self, operation, inputs, **attributes):
        output = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [output], **attributes))
        return output

    def constant(self, name, values):
        if all(constant.name != name for constant in self.constants):
            self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def convolution(self, x, name, stride=1, activates=True):
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        kernel = self.weights[f"{name}.weight"].shape[2]
        x = self.add(
            "Conv", [x, weight, bias], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4)
        return self.add("Mul", [x, self.add("Sigmoid", [x])]) if activates else x

    def focus(self, x):
        slices = []
        for row, column in ((0, 0), (1, 0), (0, 1), (1, 1)):
            ends = self.constant("ends", [2**31 - 1] * 2)
            starts = self.constant(f"starts{row}{column}", [row, column])
            slices.append(
                self.add("Slice", [x, starts, ends, self.constant("axes", [2, 3]), self.constant("steps", [2, 2])]))
        return self.convolution(self.add("Concat", slices, axis=1), "model.0.conv.conv")

    def c3(self, x, layer, repeats, shortcut=False):
        name = f"model.{layer}"
        main = self.convolution(x, f"{name}.cv1.conv")
        for index in range(max(1, round(repeats * self.depth))):
            inner = self.convolution(main, f"{name}.m.{index}.cv1.conv")
            inner = self.convolution(inner, f"{name}.m.{index}.cv2.conv")
            main = self.add("Add", [main, inner]) if shortcut else inner
        other = self.convolution(x, f"{name}.cv2.conv")
        return self.convolution(self.add("Concat", [main, other], axis=1), f"{name}.cv3.conv")

    def spp(self, x, layer):
        x = self.convolution(x, f"model.{layer}.cv1.conv")
        pooled = [
            self.add("MaxPool", [x], kernel_shape=[kernel] * 2, strides=[1, 1], pads=[kernel // 2] * 4)
            for kernel in (3, 5, 7)
        ]
        return self.convolution(self.add("Concat", [x, *pooled], axis=1), f"model.{layer}.cv2.conv")

    def upsample(self, x):
        scales = self.constant("scales", np.array([1, 1, 2, 2], np.float32))
        return self.add(
            "Resize", [x, "", scales], mode="nearest", coordinate_transformation_mode="asymmetric",
            nearest_mode="floor")

    def heads(self, x):
        """The raw outputs at strides 8, 16, 32 and 64."""
        y = {}
        x = self.focus(x)
        for layer, repeats in ((1, 3), (3, 9), (5, 9), (7, 3)):
            x = self.convolution(x, f"model.{layer}.conv", stride=2)
            x = y[layer + 1] = self.c3(x, layer + 1, repeats, shortcut=True)
        x = self.spp(self.convolution(x, "model.9.conv", stride=2), 10)
        x = self.c3(x, 11, 3)
        for layer, skip in ((12, 8), (16, 6), (20, 4)):
            x = y[layer] = self.convolution(x, f"model.{layer}.conv")
            x = self.add("Concat", [self.upsample(x), y[skip]], axis=1)
            x = self.c3(x, layer + 3, 3)
        outputs = [x]
        for layer, skip in ((24, 20), (27, 16), (30, 12)):
            x = self.convolution(x, f"model.{layer}.conv", stride=2)
            x = self.c3(self.add("Concat", [x, y[skip]], axis=1), layer + 2, 3)
            outputs.append(x)
        return [
            self.convolution(x, f"model.33.m.{grid}", activates=False) for grid, x in enumerate(outputs)
        ]

    def model(self):
        """The graph as a serialised ONNX model with the input `image`, RGB from 0 to 1."""
        width, height = self.size
        outputs = self.heads("image")
        graph = helper.make_graph(
            self.nodes, "kapao",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, width])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, None, None, None]) for output in outputs],
            self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model.SerializeToString()
