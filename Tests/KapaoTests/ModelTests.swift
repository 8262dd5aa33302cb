import Foundation
import Kapao
import Support
import Testing

@Suite("Model files")
struct ModelTests {
  private func imported() throws -> Model { try Model.load(Fixture.path("reference/kapao_tiny_coco_random.pt")) }

  @Test("a saved model comes back with its name and licence and half-precision weights")
  func comesBack() throws {
    try Fixture.withTemporaryFolder { folder in
      var model = try imported()
      model.name = "tiny"
      model.licence = "GPL-3.0"
      model.preset = .confirmed
      let rounding = try model.save("\(folder)/m.safetensors")
      let again = try Model.load("\(folder)/m.safetensors")
      #expect(again.name == "tiny")
      #expect(again.licence == "GPL-3.0")
      #expect(again.preset == .confirmed)
      #expect(again.architecture == model.architecture)
      #expect(rounding.clamped == 0)
      #expect(rounding.largestError > 0)
      for (name, tensor) in model.tensors {
        let differences = zip(tensor.values, try #require(again.tensors[name]).values).map { abs($0 - $1) }
        #expect(differences.max()! <= rounding.largestError)
      }
      let exact = try again.save("\(folder)/again.safetensors")
      #expect(exact.isLossless)
      #expect(try Model.load("\(folder)/again.safetensors") == again)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }
  }

  @Test("in single precision every weight comes back as it was")
  func singlePrecision() throws {
    try Fixture.withTemporaryFolder { folder in
      let model = try imported()
      let rounding = try model.save("\(folder)/m.safetensors", weights: .fp32)
      #expect(rounding.isLossless)
      #expect(try Model.load("\(folder)/m.safetensors").tensors == model.tensors)
      #expect(try Safetensors(contentsOf: "\(folder)/m.safetensors").entries.values.allSatisfy { $0.type == .float32 })
    }
  }

  @Test("the ranges of a calibrated model come back, and broken ones are refused by name")
  func ranges() throws {
    try Fixture.withTemporaryFolder { folder in
      let model = try imported()
      let names = model.architecture.definition.convolutions.filter(\.isNormalised)
      let ranges = Dictionary(
        uniqueKeysWithValues: names.map { convolution in
          let high = (0..<convolution.outputs).map { Float($0) + 1 }
          return (convolution.name, ActivationRange(low: high.map { _ in -0.25 }, high: high))
        })
      let calibrated = try model.calibrated(ranges)
      try calibrated.save("\(folder)/m.safetensors")
      let again = try Model.load("\(folder)/m.safetensors")
      #expect(again.isCalibrated && !model.isCalibrated)
      #expect(again.activationRanges == ranges)

      let name = names[3].name
      var missing = ranges
      missing[name] = nil
      #expect(throws: WeightsError.missing("\(name).range")) { try model.calibrated(missing) }
      var short = ranges
      short[name] = ActivationRange(low: [0], high: [1])
      #expect(throws: WeightsError.shape("\(name).range", expected: [2, names[3].outputs], found: [2, 1])) {
        try model.calibrated(short)
      }
    }
  }

  @Test("integers cover a range: 0 is exact in every channel and no end is cut")
  func quantization() {
    let range = ActivationRange(low: [-0.27, -0.1, 0], high: [8, 0.5, 0.01])
    let (zeroPoint, steps) = range.quantization
    #expect((1..<255).contains(zeroPoint))
    for (step, (low, high)) in zip(steps, zip(range.low, range.high)) {
      #expect(low / step + Float(zeroPoint) >= -0.001)
      #expect(high / step + Float(zeroPoint) <= 255.001)
    }
    // One step less of any channel would cut it.
    #expect(
      zip(steps, zip(range.low, range.high)).allSatisfy { step, ends in
        max(-ends.0 / Float(zeroPoint), ends.1 / Float(255 - zeroPoint)) == step
      })
    let balanced = range.balanced(share: 0.5)
    #expect(balanced.high[0] == 8 && balanced.high[1] == 2 && balanced.low[1] == -0.4)
    #expect(range.union(ActivationRange(low: [-1, 0, 0], high: [1, 1, 1])).high == [8, 1, 1])
  }

  @Test("weights that are not the architecture's are refused by name")
  func refusesOtherWeights() throws {
    let model = try imported()
    let name = "model.2.cv1.conv.weight"
    func make(_ change: (inout [String: Tensor]) -> Void) throws {
      var tensors = model.tensors
      change(&tensors)
      _ = try Model(architecture: model.architecture, tensors: tensors, name: "m")
    }
    #expect(throws: WeightsError.missing(name)) { try make { $0[name] = nil } }
    #expect(throws: WeightsError.unknown("x")) { try make { $0["x"] = Tensor(shape: [], values: [0]) } }
    #expect(throws: WeightsError.shape(name, expected: [8, 16, 1, 1], found: [1])) {
      try make { $0[name] = Tensor(shape: [1], values: [0]) }
    }
  }

  @Test(
    "a file of another kind is called what it is",
    arguments: [
      ("<!DOCTYPE html>\n<html><head>", "an HTML page"), ("\n <html>", "an HTML page"),
      ("epochs: 100\n", "a text file"),
      (String(repeating: "ä", count: 700), "a text file"),
      ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "a pointer of Git LFS"), ("", "an empty file"),
      ("GGUF\u{3}\0", "a GGUF file"),
    ])
  func otherKinds(content: String, kind: String) throws {
    let error = #expect(throws: CheckpointError.self) { try Model(Array(content.utf8), name: "m") }
    let words = try #require(error?.description)
    #expect(words.hasPrefix("it is \(kind)"))
    #expect(words.hasSuffix("expected is an official KAPAO checkpoint (.pt) or a model of this program (.safetensors)"))
  }

  @Test("a file that is no model, or missing, is refused with one line")
  func refusesOtherFiles() throws {
    try Fixture.withTemporaryFolder { folder in
      var writer = SafetensorsWriter()
      writer.add("t", Tensor(shape: [1], values: [1]))
      let path = "\(folder)/other.safetensors"
      try writer.write(to: path)
      #expect(
        throws: ModelError.invalid(
          path: path,
          reason: "not a safetensors file: its header does not say format kapao-video/1 and the architecture")
      ) { try Model.load(path) }
      #expect(throws: ModelError.unreadable(path: "\(folder)/none", reason: "No such file or directory")) {
        try Model.load("\(folder)/none")
      }
      #expect(throws: ModelError.unreadable(path: folder, reason: "not a regular file")) { try Model.load(folder) }
      #expect(throws: OutputError(.create, path: "\(folder)/no/m.safetensors", code: ENOENT)) {
        try imported().save("\(folder)/no/m.safetensors")
      }
    }
  }
}
