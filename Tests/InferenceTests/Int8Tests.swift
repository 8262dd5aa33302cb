import Foundation
import Inference
import Kapao
import TestSupport
import Testing

@Suite("The network in int8")
struct Int8Tests {
  /// A trained network: random weights give outputs that are nearly constant.
  private static let path = Fixtures.shared("models/kapao_n_seed.pt")
  private static let vectors = Fixtures.shared("models/kapao_n_seed.io.safetensors")

  private func image() throws -> LetterboxedImage {
    try Fixtures.letterboxed(try Safetensors(contentsOf: Self.vectors!), tensor: "image0.input_u8_bgr_hwc")
  }

  private func calibrated(_ images: [LetterboxedImage]) throws -> Model {
    let calibrator = Calibrator(model: try Model.load(Self.path!))
    for image in images { try calibrator.observe(image) }
    return try calibrator.calibrated()
  }

  private func grids(
    _ model: Model, _ image: LetterboxedImage, precision: Precision? = nil, threads: Int = 1
  ) throws -> [[Float]] {
    let network = try CompiledNetwork(
      model: model, inputSize: image.letterbox.input, precision: precision, threads: threads)
    let output = HeadOutput(grids: network.heads)
    let session = try network.makeSession()
    // Twice: the second run must not see what the first left in memory.
    for _ in 0..<2 { try session.run(image, into: output) }
    return (0..<4).map { output.raw(grid: $0) }
  }

  /// The root of the mean squared difference as a share of the standard deviation of `expected`.
  private func relativeError(_ found: [Float], _ expected: [Float]) -> Float {
    let mean = expected.reduce(0, +) / Float(expected.count)
    let variance = expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / variance).squareRoot()
  }

  @Test("gives what single precision gives, but for rounding", .enabled(if: path != nil))
  func closeToSinglePrecision() throws {
    let image = try image()
    let model = try calibrated([image])
    #expect(
      try CompiledNetwork(model: model, inputSize: image.letterbox.input).precision == .int8,
      "a calibrated model is computed in int8 unless told otherwise")
    let found = try grids(model, image)
    let expected = try grids(model, image, precision: .fp32)
    for (found, expected) in zip(found, expected) { #expect(relativeError(found, expected) < 0.06) }
    // The cells at the border are the ones that see padding.
    let heads = try CompiledNetwork(model: model, inputSize: image.letterbox.input).heads
    let width = heads[0].width * model.architecture.channelsPerAnchor
    #expect(relativeError(Array(found[0][..<width]), Array(expected[0][..<width])) < 0.06)
    #expect(expected == (try grids(try Model.load(Self.path!), image)), "ranges change nothing in single precision")
  }

  @Test("two threads compute what one computes", .enabled(if: path != nil))
  func threads() throws {
    let image = try image()
    let model = try calibrated([image])
    let cores = try allowedCores()
    #expect(try grids(model, image) == grids(model, image, threads: 2))
    #expect(try allowedCores() == cores, "after a picture the thread may run anywhere again")
  }

  /// The line of the kernel's status that says where the calling thread may run.
  private func allowedCores() throws -> Substring? {
    try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8).split(separator: "\n")
      .first { $0.hasPrefix("Cpus_allowed:") }
  }

  @Test("ranges that are too narrow cost accuracy", .enabled(if: path != nil))
  func narrowRanges() throws {
    let image = try image()
    let model = try calibrated([image])
    let expected = try grids(model, image, precision: .fp32)
    let narrow = try model.calibrated(
      model.activationRanges.mapValues { range in
        ActivationRange(low: range.low.map { $0 / 4 }, high: range.high.map { $0 / 4 })
      })
    #expect(relativeError(try grids(narrow, image)[0], expected[0]) > 0.2)
  }

  @Test("a picture of floats gives what its bytes give", .enabled(if: path != nil))
  func floats() throws {
    let image = try image()
    let network = try CompiledNetwork(model: try calibrated([image]), inputSize: image.letterbox.input)
    var picture = FloatImage(size: image.letterbox.input)
    picture.pixels = image.pixels.map { Float($0) / 255 }
    let outputs = [HeadOutput(grids: network.heads), HeadOutput(grids: network.heads)]
    let session = try network.makeSession()
    try session.run(image, into: outputs[0])
    try session.run(picture, into: outputs[1])
    #expect(outputs[0].raw(grid: 0) == outputs[1].raw(grid: 0))
  }

  @Test("needs a calibrated model and oneDNN")
  func refusals() throws {
    let model = try ReferenceNetwork.tinyCOCO.model()
    let size = ImageSize(width: 64, height: 64)
    #expect(throws: InferenceError.self) { try CompiledNetwork(model: model, inputSize: size, precision: .int8) }
    #expect(throws: InferenceError.noInt8(.openBLAS)) {
      try CompiledNetwork(model: model, inputSize: size, backend: .openBLAS, precision: .int8)
    }
    #expect(throws: InferenceError.self) { try Calibrator(model: model).calibrated() }
  }
}
