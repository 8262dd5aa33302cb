import Foundation
import Inference
import Kapao
import TestSupport
import Testing

/// The networks whose outputs the official code computed. The large one is skipped where it is absent.
enum ReferenceNetwork: String, CaseIterable {
  case tinyCOCO = "kapao_tiny_coco_random"
  case tinyCrowdPose = "kapao_tiny_crowdpose_random"
  case smallCOCO = "kapao_s_coco_random"

  static let present = allCases.filter {
    Fixtures.reference("\($0.rawValue).pt") != nil && Fixtures.reference("\($0.rawValue).io.safetensors") != nil
  }

  func model() throws -> Model { try Model.load(Fixtures.reference("\(rawValue).pt")!) }
  func vectors() throws -> Safetensors {
    try Safetensors(contentsOf: Fixtures.reference("\(rawValue).io.safetensors")!)
  }
}

@Suite("The network agrees with the official code")
struct NetworkParityTests {
  @Test(
    "raw grids within 1e-3 and decoded predictions within 0.05 px",
    arguments: ReferenceNetwork.present, Backend.present)
  func rawAndDecoded(network: ReferenceNetwork, backend: Backend) throws {
    let model = try network.model()
    let vectors = try network.vectors()
    let image = try Fixtures.letterboxed(vectors, tensor: "input_u8_bgr_hwc")
    let compiled = try CompiledNetwork(
      model: model, inputSize: image.letterbox.input, backend: backend, runtime: .onProcessor())
    let output = HeadOutput(grids: compiled.heads)
    try compiled.makeSession().run(image, into: output)

    for grid in 0..<4 {
      let expected = try vectors.tensor("raw\(grid)")
      let found = output.raw(grid: grid)
      #expect(found.count == expected.values.count)
      #expect(largestDifference(found, expected.values) < 1e-3)
    }
    // The file of the large network holds the raw grids only.
    guard vectors.entries["pred"] != nil else { return }
    let expected = try vectors.tensor("pred")
    let decoded = HeadDecoder(
      output: output, anchors: model.architecture.anchors, skeleton: model.architecture.skeleton!
    ).decoded()
    #expect(decoded.count == expected.shape[1])
    #expect(largestCoordinateExcess(decoded, expected.values) <= 0)
  }

  @Test("test-time augmentation gives the official predictions", arguments: Backend.present)
  func augmented(backend: Backend) throws {
    let model = try ReferenceNetwork.tinyCOCO.model()
    let vectors = try ReferenceNetwork.tinyCOCO.vectors()
    let image = try Fixtures.letterboxed(vectors, tensor: "input_u8_bgr_hwc")
    let input = image.letterbox.input
    var values: [Float] = []
    for pass in TestTimeAugmentation.official.passes {
      let picture = TestTimeAugmentation.picture(of: pass, image: image)
      let compiled = try CompiledNetwork(
        model: model, inputSize: picture.size, backend: backend, runtime: .onProcessor())
      let output = HeadOutput(grids: compiled.heads)
      try compiled.makeSession().run(picture, into: output)
      values +=
        HeadDecoder(
          output: output, anchors: model.architecture.anchors, skeleton: model.architecture.skeleton!,
          transform: TestTimeAugmentation.transform(of: pass, input: input)
        ).decoded().values
    }
    let expected = try vectors.tensor("pred_tta")
    #expect(values.count == expected.values.count)
    #expect(
      largestCoordinateExcess(
        DecodedPredictions(channels: expected.shape[2], values: values), expected.values) <= 0)
  }

  @Test("two threads compute what one computes", arguments: Backend.present)
  func threads(backend: Backend) throws {
    let model = try ReferenceNetwork.tinyCOCO.model()
    let image = try Fixtures.letterboxed(try ReferenceNetwork.tinyCOCO.vectors(), tensor: "input_u8_bgr_hwc")
    let grids = try [1, 2].map { threads in
      let compiled = try CompiledNetwork(
        model: model, inputSize: image.letterbox.input, backend: backend, threads: threads,
        runtime: .onProcessor())
      let output = HeadOutput(grids: compiled.heads)
      let session = try compiled.makeSession()
      // Twice: the second run must not see what the first left in memory.
      try session.run(image, into: output)
      try session.run(image, into: output)
      return output.raw(grid: 0)
    }
    #expect(largestDifference(grids[0], grids[1]) < 1e-4)
  }

  @Test("an input that is not a multiple of 64 is refused")
  func badSize() throws {
    let size = ImageSize(width: 100, height: 64)
    #expect(throws: InferenceError.inputSize(size)) {
      try CompiledNetwork(model: try ReferenceNetwork.tinyCOCO.model(), inputSize: size)
    }
  }

  private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// By how much the worst value is beyond its tolerance: 0.05 px or 1e-4 of the value for coordinates, 1e-3 for scores.
  private func largestCoordinateExcess(_ found: DecodedPredictions, _ expected: [Float]) -> Float {
    let scores = 4..<(6 + (found.channels - 6) / 3)
    return zip(found.values, expected).enumerated().reduce(-Float.infinity) { worst, item in
      let (value, truth) = item.element
      let tolerance: Float =
        scores.contains(item.offset % found.channels) ? 1e-3 : max(0.05, abs(truth) * 1e-4)
      return max(worst, abs(value - truth) - tolerance)
    }
  }
}
