"""The peers, with their default settings but for the number of threads: a worker (see measure.py) of its own for each.

    peers.py onnxruntime|openvino GRAPH IMAGE.npy THREADS
"""

import contextlib
import hashlib
import importlib.metadata
import pathlib
import sys
import time

import numpy as np


def onnxruntime(graph, threads):
    """A function from a picture to the raw heads."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda image: session.run(None, {name: image})


def openvino(graph, threads):
    """The same. An ONNX graph is computed in 32 bits, where the default may be bfloat16; what is not in integers in a
    quantized one, as OpenVINO likes."""
    import openvino
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    if graph.suffix == ".onnx":
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    request = openvino.Core().compile_model(str(graph), "CPU", settings).create_infer_request()

    def run(image):
        request.infer([image], share_inputs=True)
        return [tensor.data for tensor in request.output_tensors]
    return run


def quantized(graph, pictures, cache):
    """OpenVINO's int8 of an ONNX graph, by NNCF's post-training quantization on pictures (n, 3, height, width) from 0
    to 1; kept in the folder `cache`."""
    versions = [importlib.metadata.version(name) for name in ("nncf", "openvino")]
    key = hashlib.sha256(graph.read_bytes() + pictures.tobytes() + "/".join(versions).encode()).hexdigest()[:16]
    path = cache / f"{key}.xml"
    if not path.exists():
        import nncf
        import openvino
        # It prints how far it has come.
        with contextlib.redirect_stdout(sys.stderr):
            model = nncf.quantize(
                openvino.convert_model(graph), nncf.Dataset([picture[None] for picture in pictures]),
                subset_size=len(pictures))
        cache.mkdir(parents=True, exist_ok=True)
        openvino.save_model(model, cache / "part.xml", compress_to_fp16=False)
        # The weights first: the description says that they are there.
        (cache / "part.bin").rename(path.with_suffix(".bin"))
        (cache / "part.xml").rename(path)
    return path


def main():
    runtime, graph, image, threads = sys.argv[1:]
    run = {"onnxruntime": onnxruntime, "openvino": openvino}[runtime](pathlib.Path(graph), int(threads))
    image = np.load(image)
    print("ready", flush=True)
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        run(image)
        print((time.perf_counter() - start) * 1e3, (time.process_time() - cpu) * 1e3, flush=True)


if __name__ == "__main__":
    main()
