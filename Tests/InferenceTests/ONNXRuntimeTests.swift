import Foundation
import Inference
import Kapao
import TestSupport
import Testing

extension Backend {
  /// Those that this machine has.
  static let present = allCases.filter { $0 != .onnxRuntime || ONNXRuntimeFixture.library != nil }
}

extension ONNXRuntimeOptions {
  /// On the processor, with the library of the tests.
  static func onProcessor(_ library: String? = ONNXRuntimeFixture.library) -> ONNXRuntimeOptions {
    var options = ONNXRuntimeOptions()
    options.library = library
    options.device = .cpu
    return options
  }
}

@Suite("ONNX Runtime")
struct ONNXRuntimeTests {
  private static let isInstalled = ONNXRuntimeFixture.library != nil
  private static let absent: Comment = "onnxruntime is not installed for KAPAO_PYTHON or python3"

  /// A small network on its stored image.
  private func network(
    _ options: ONNXRuntimeOptions, precision: Precision? = nil
  ) throws -> (network: CompiledNetwork, image: LetterboxedImage) {
    let image = try Fixtures.letterboxed(try ReferenceNetwork.tinyCOCO.vectors(), tensor: "input_u8_bgr_hwc")
    let network = try CompiledNetwork(
      model: try ReferenceNetwork.tinyCOCO.model(), inputSize: image.letterbox.input, backend: .onnxRuntime,
      precision: precision, runtime: options)
    return (network, image)
  }

  /// What is thrown for a library.
  private func refusal(_ library: String, _ change: (inout ONNXRuntimeOptions) -> Void = { _ in }) -> InferenceError? {
    var options = ONNXRuntimeOptions.onProcessor(library)
    change(&options)
    do {
      _ = try network(options)
      return nil
    } catch {
      return error as? InferenceError
    }
  }

  private func expect(_ error: InferenceError?, contains words: String) {
    guard case .noRuntime(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains(words), "\(text)")
    #expect(!text.contains("\n"))
  }

  @Test(
    "a library that is absent, empty, no library, cut off or for another processor is refused with its name and why")
  func broken() throws {
    try Media.withFolder { folder in
      let path = folder.appending(path: "libonnxruntime.so").path
      expect(refusal(path), contains: "\(path): No such file")
      expect(refusal(folder.path), contains: "there is no libonnxruntime.so")
      try Data().write(to: URL(fileURLWithPath: path))
      expect(refusal(path), contains: "\(path): not a shared library")
      expect(refusal(folder.path), contains: "\(path): not a shared library")
      try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: path))
      expect(refusal(path), contains: "not a shared library")
      var bytes = try Data(contentsOf: URL(fileURLWithPath: ONNXRuntimeFixture.fake(in: folder, "NO_TABLE")))
      let whole = bytes
      bytes[18] ^= 0x80
      try bytes.write(to: URL(fileURLWithPath: path))
      expect(refusal(path), contains: "made for another processor")
      for length in stride(from: 64, to: whole.count * 3 / 4, by: 997) {
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        expect(refusal(path), contains: path)
      }
    }
  }

  @Test("a library that is something else, too old or has no functions is refused with its version")
  func wrong() throws {
    try Media.withFolder { folder in
      let path = folder.appending(path: "other.so").path
      try Data("int answer(void) { return 42; }".utf8).write(to: folder.appending(path: "other.c"))
      Media.run("gcc", ["-shared", "-o", path, folder.appending(path: "other.c").path])
      expect(refusal(path), contains: "it is not ONNX Runtime")
    }
    for (version, words) in [("1.16.3", "version 1.16.3 is too old: 1.17"), ("0.5.0", "too old"), ("none", "'none'")] {
      try Media.withFolder { folder in
        expect(refusal(ONNXRuntimeFixture.fake(in: folder, "VERSION=\"\(version)\"")), contains: words)
      }
    }
    try Media.withFolder { folder in
      expect(
        refusal(ONNXRuntimeFixture.fake(in: folder, "NO_TABLE", "VERSION=\"1.40.0\"")),
        contains: "calls itself version 1.40.0, but has no functions")
    }
    // A table of nothing.
    try Media.withFolder { folder in
      expect(refusal(ONNXRuntimeFixture.fake(in: folder, "VERSION=\"1.40.0\"")), contains: "has no CreateEnv")
    }
  }

  @Test("a network that the library cannot read is refused in its words", .enabled(if: isInstalled, absent))
  func otherOperators() throws {
    try Media.withFolder { folder in
      let library = ONNXRuntimeFixture.fake(in: folder, ONNXRuntimeFixture.real, "FAIL_MODEL=\"opset 13 is unknown\"")
      expect(refusal(library), contains: "opset 13 is unknown")
    }
  }

  @Test(
    "a device that the library lacks, or has and cannot open, is named", .enabled(if: isInstalled, absent),
    arguments: [ComputeDevice.cuda, .tensorrt, .openvino, .migraphx])
  func devices(device: ComputeDevice) throws {
    let library = ONNXRuntimeFixture.library!
    expect(refusal(library) { $0.device = device }, contains: "was built without \(device.rawValue); it has: cpu")
    let names = [
      ComputeDevice.cuda: "CUDA", .tensorrt: "Tensorrt", .openvino: "OpenVINO", .migraphx: "MIGraphX",
    ]
    try Media.withFolder { folder in
      let fake = ONNXRuntimeFixture.fake(
        in: folder, ONNXRuntimeFixture.real, "PROVIDER=\"\(names[device]!)ExecutionProvider\"")
      expect(refusal(fake) { $0.device = device }, contains: "the device \(device.rawValue) cannot be used")
      // Nobody asked for it.
      #expect(refusal(fake) { $0.device = .auto } == nil)
    }
  }

  @Test("a failing run is the device's failure, in one line", .enabled(if: isInstalled, absent))
  func failingRun() throws {
    try Media.withFolder { folder in
      let library = ONNXRuntimeFixture.fake(in: folder, ONNXRuntimeFixture.real, "FAIL_RUN=2")
      let (network, image) = try network(.onProcessor(library))
      let (session, output) = (try network.makeSession(), HeadOutput(grids: network.heads))
      try session.run(image, into: output)
      #expect(throws: InferenceError.device("ONNX Runtime: the device is lost")) {
        try session.run(image, into: output)
      }
    }
  }

  @Test("images of several threads in one batch come out as each alone", .enabled(if: isInstalled, absent))
  func batches() throws {
    let (single, image) = try network(.onProcessor())
    var options = ONNXRuntimeOptions.onProcessor()
    options.batch = 3
    let (batched, _) = try network(options)
    let images = (0..<7).map { index in
      let copy = LetterboxedImage(letterbox: image.letterbox)
      copy.pixels = image.pixels.map { $0 &+ UInt8(index * 20) }
      return copy
    }
    let expected = try images.map { image in
      let output = HeadOutput(grids: single.heads)
      try single.makeSession().run(image, into: output)
      return output.raw(grid: 0)
    }
    let found = (0..<21).map { _ in HeadOutput(grids: batched.heads) }
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 21) { index in
      do { try batched.makeSession().run(images[index % 7], into: found[index]) } catch { failures.add(error) }
    }
    #expect(failures.all.isEmpty)
    for (index, output) in found.enumerated() {
      let difference = zip(output.raw(grid: 0), expected[index % 7]).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(difference < 1e-4)
    }
  }

  @Test("a failing batch fails for everybody in it, and the next goes on", .enabled(if: isInstalled, absent))
  func failingBatch() throws {
    try Media.withFolder { folder in
      let library = ONNXRuntimeFixture.fake(in: folder, ONNXRuntimeFixture.real, "FAIL_RUN=1", "FAIL_ONCE")
      var options = ONNXRuntimeOptions.onProcessor(library)
      options.batch = 4
      let (network, image) = try network(options)
      let failures = Failures()
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        do {
          try network.makeSession().run(image, into: HeadOutput(grids: network.heads))
        } catch { failures.add(error) }
      }
      #expect((1...4).contains(failures.all.count))
      try network.makeSession().run(image, into: HeadOutput(grids: network.heads))
    }
  }

  @Test("half precision computes nearly the same; bytes are refused", .enabled(if: isInstalled, absent))
  func precisions() throws {
    let outputs = try [Precision.fp32, .fp16].map { precision in
      let (network, image) = try network(.onProcessor(), precision: precision)
      let output = HeadOutput(grids: network.heads)
      try network.makeSession().run(image, into: output)
      return output.raw(grid: 0)
    }
    let difference = zip(outputs[0], outputs[1]).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(difference > 1e-4 && difference < 0.1)
    #expect(throws: InferenceError.noInt8(.onnxRuntime)) { try network(.onProcessor(), precision: .int8) }
    let size = ImageSize(width: 64, height: 64)
    #expect(throws: InferenceError.noHalf(.oneDNN)) {
      try CompiledNetwork(model: try ReferenceNetwork.tinyCOCO.model(), inputSize: size, precision: .fp16)
    }
  }

  private final class Failures: @unchecked Sendable {
    // @unchecked: only touched under the lock.
    private let lock = NSLock()
    private var errors: [any Error] = []
    func add(_ error: any Error) { lock.withLock { errors.append(error) } }
    var all: [any Error] { lock.withLock { errors } }
  }
}
