"""The network beside its peers, beside what the processor can do at most, and by input size."""

import numpy as np
from measure import Worker, in_turns, median
from onnx_network import Network, read_safetensors
from peers import onnxruntime, openvino, quantized
from report import threads_text

PEERS = __file__.replace("networks.py", "peers.py")
NAMES = {
    "fp32": "oneDNN fp32", "int8": "oneDNN int8", "openblas": "OpenBLAS fp32", "ort": "ONNX Runtime fp32",
    "openvino": "OpenVINO fp32", "openvino8": "OpenVINO int8"}
SIZES = (256, 384, 512, 640, 768, 1024, 1280)


def compare(report, python):
    """All contenders in the same turns."""
    models, contenders, graphs = (report.small, report.default), {}, {}
    for threads in (1, 2):
        for precision in ("fp32", "int8"):
            contenders["peak", precision, threads] = Worker(
                report.bench, "peak", "--precision", precision, "--threads", threads)
    for model in models:
        graphs[model.name] = graph, graph8, image = prepare(report, model)
        for threads in (1, 2):
            for precision in ("fp32", "int8"):
                contenders[model.name, precision, threads] = network(
                    report, model, model.width, model.height, threads, "--precision", precision)
            for key, runtime, path in (
                    ("ort", "onnxruntime", graph), ("openvino", "openvino", graph), ("openvino8", "openvino", graph8)):
                contenders[model.name, key, threads] = Worker(python, PEERS, runtime, path, image, threads)
            if model is report.small:
                contenders[model.name, "openblas", threads] = network(
                    report, model, model.width, model.height, threads, "--precision", "fp32", "--backend", "openblas")
    results = in_turns(contenders, rounds=12 // report.scale, burst=4)

    for threads in (1, 2):
        for precision, unit in (("fp32", "GFLOP/s"), ("int8", "Gop/s")):
            peaks, by_cpu = results["peak", precision, threads]
            if not max(peaks):
                continue
            report.values[f"peak_{precision}_{threads}"] = {"best": max(peaks), "median": median(peaks)}
            report.row(
                f"{precision} peak, {threads_text(threads)}", f"{max(peaks):.0f} {unit}",
                f"{median(peaks):.0f} {unit}", f"{max(by_cpu):.0f} {unit}")
    for model in models:
        operations = cost(report, model)
        for threads in (1, 2):
            for key in NAMES:
                if (model.name, key, threads) in results:
                    contender(report, model, key, threads, results, operations)
    outputs(report, *graphs[report.small.name])


def network(report, model, width, height, threads, *options):
    return Worker(
        report.bench, "network", model.path, "--width", width, "--height", height, "--threads", threads, *options)


def contender(report, model, key, threads, results, operations):
    """One way to compute the network. Comparisons are made on the wall, and for one thread, which never waits for
    another, by processor time, which what else runs on the machine hardly changes."""
    which = 1 if threads == 1 else 0

    def times(key):
        return results[model.name, key, threads][which]

    def ratio(other):
        return median(times(key)) / median(times(other))
    wall, cpu = results[model.name, key, threads]
    values = report.values.setdefault(model.name, {})[f"{key}_{threads}"] = {
        "best": min(wall), "median": median(wall), "cpu": median(cpu)}
    remarks = []
    for precision in ("fp32", "int8") if key in ("int8", "openvino8") else ("fp32",):
        peak = max(results["peak", precision, threads][which])
        if peak:
            values[f"of_{precision}_peak"] = share = operations / (min(times(key)) / 1e3) / peak
            remarks.append(f"{100 * share:.0f} % of the {precision} peak")
    others = {"fp32": ("ort", "openvino"), "int8": ("fp32", "openvino8"), "openblas": ("ort",)}.get(key, ())
    for other in others:
        values[f"to_{other}"] = ratio(other)
        remarks.append(f"{ratio(other):.2f} × {NAMES[other]}")
    targets = []
    if key == "fp32" and model is report.small:
        targets = [("≥ 78 % of peak", values["of_fp32_peak"] >= 0.78), ("≤ ONNX Runtime", values["to_ort"] <= 1)]
    elif key == "int8" and model is report.small:
        targets = [
            ("≤ 0.45 × oneDNN fp32", values["to_fp32"] <= 0.45),
            ("≤ 1 × OpenVINO int8", values["to_openvino8"] <= 1)]
    report.row(
        f"{model}, {NAMES[key]}, {threads_text(threads)}", f"{min(wall):.1f} ms", f"{median(wall):.1f} ms",
        f"{median(cpu):.1f} ms", "; ".join(remarks), *targets)


def cost(report, model):
    """GFLOP of one pass, as the program counts them."""
    text = report.command(
        report.program, "model", "info", model.path, "--width", model.width, "--height", model.height).decode()
    return float(next(line for line in text.splitlines() if line.startswith("cost")).split()[1])


def prepare(report, model):
    """The network as an ONNX graph and in OpenVINO's int8, and a picture as an array."""
    graph, image = report.folder / f"{model.name}.onnx", report.folder / f"{model.name}.npy"
    graph.write_bytes(Network(model.path, model.width, model.height).model())
    pixels = report.command(
        "ffmpeg", "-v", "error", "-i", report.sample, "-vf",
        f"select=not(mod(n\\,10)),scale={model.width}:-2,pad={model.width}:{model.height}:0:(oh-ih)/2:0x727272",
        "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    pictures = np.frombuffer(pixels, np.uint8).reshape(-1, model.height, model.width, 3)
    pictures = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32) / 255
    np.save(image, pictures[:1])
    return graph, quantized(graph, pictures, report.cache), image


def outputs(report, graph, graph8, _):
    """The raw heads of all contenders on one picture: the comparison is of the same work."""
    ours, image = {}, None
    small, path = report.small, report.folder / "outputs"
    for name, options in (
            ("fp32", ("--precision", "fp32")), ("openblas", ("--precision", "fp32", "--backend", "openblas")),
            ("int8", ("--precision", "int8"))):
        report.command(
            report.program, "model", "run", small.path, report.sample, "-o", path, "--size", small.width, *options)
        _, tensors = read_safetensors(path)
        ours[name] = [
            raw.transpose(0, 1, 4, 2, 3).reshape(1, -1, *raw.shape[2:4])
            for raw in (tensors[f"raw{grid}"] for grid in range(4))]
        image = tensors["input_u8_bgr_hwc"][:, :, ::-1].astype(np.float32) / 255
    image = np.ascontiguousarray(image.transpose(2, 0, 1)[None])
    truth = np.concatenate([output.ravel() for output in onnxruntime(graph, 2)(image)])
    ours["openvino8"] = openvino(graph8, 2)(image)
    for name, heads in ours.items():
        difference = np.concatenate([output.ravel() for output in heads]) - truth
        greatest, error = float(np.abs(difference).max()), float(np.std(difference) / np.std(truth))
        report.values[f"difference_{name}"] = {"greatest": greatest, "error": error}
        exact = name in ("fp32", "openblas")
        report.row(
            f"outputs of {NAMES[name]} and of ONNX Runtime", f"{greatest:.1e}" if exact else f"{100 * error:.2f} %",
            "", "", f"greatest difference; the outputs' standard deviation is {np.std(truth):.2f}" if exact else
            "standard deviation of the difference, in that of the outputs", *([("≤ 1e-3", greatest <= 1e-3)] if exact else []))


def sizes(report):
    """Time against the size of the input, as in figure 5 of the paper."""
    times = report.values["sizes"] = {}
    for size in SIZES:
        height = -(-size * 9 // 16 // 64) * 64
        contenders = {
            (model.name, precision): network(report, model, size, height, 2, "--precision", precision)
            for model in (report.small, report.default) for precision in ("fp32", "int8")}
        for (name, precision), (wall, _) in in_turns(contenders, rounds=max(1, 4 // report.scale), burst=4).items():
            times.setdefault(f"{name} {precision}", {})[size] = median(wall)
    for name, medians in times.items():
        report.row(
            f"{name} by the input's longer side, 2 threads", "", "", "",
            "; ".join(f"{size}: {milliseconds:.1f} ms" for size, milliseconds in medians.items()))
