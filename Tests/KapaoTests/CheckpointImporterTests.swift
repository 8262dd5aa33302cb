import Foundation
import Kapao
import Testing

@Suite("Import of official checkpoints")
struct CheckpointImporterTests {
  private static let tiny = "reference/kapao_tiny_coco_random.pt"

  /// The tiny checkpoint with a text in its pickle replaced, all of it valid as an archive.
  private func checkpoint(replacing text: String, with other: String) throws -> [UInt8] {
    try checkpoint { bytes in
      let text = Array(text.utf8)
      let starts = bytes.indices.filter { bytes[$0...].starts(with: text) }
      for start in starts.reversed() { bytes.replaceSubrange(start..<start + text.count, with: Array(other.utf8)) }
    }
  }

  /// The tiny checkpoint with its pickle changed.
  private func checkpoint(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
    let bytes = try Fixture.bytes(Self.tiny)
    let archive = try ZipArchive(bytes)
    var builder = ZipBuilder()
    for name in archive.names {
      var content = Array(bytes[try archive.range(of: name)])
      if name.hasSuffix("data.pkl") { change(&content) }
      builder.add(name, content)
    }
    return builder.archive()
  }

  @Test("finds the architecture, the anchors and the name", arguments: [("coco", 17), ("crowdpose", 14)])
  func findsTheArchitecture(dataSet: String, keypoints: Int) throws {
    let model = try Model.load(Fixture.path("reference/kapao_tiny_\(dataSet)_random.pt"))
    #expect(model.name == "kapao_tiny_\(dataSet)_random")
    #expect(model.licence == nil)
    #expect(model.architecture == Architecture(keypointCount: keypoints, widthMultiple: 0.125, depthMultiple: 0.33))
    #expect(model.tensors.count == 2 * model.architecture.definition.convolutions.count)
  }

  @Test(
    "folds batch normalisation and reads weights in row-major order however they are stored",
    arguments: [
      ("model.0.conv.conv.weight", [0.042426348, -0.03634306, -0.0003288042, 0.06688719]),
      ("model.2.cv1.conv.weight", [0.00053872186, -0.22169013, -0.08842489, -0.077074356]),
      ("model.32.m.0.cv2.conv.weight", [0.023789873, 0.011128228, -0.013592649, 0.008086073]),
      ("model.33.m.2.weight", [0.064697266, -0.25634766, 0.19335938, -0.09252930]),
      ("model.11.cv3.conv.bias", [0.20605738, -0.031377263, 0.55621594, 0.51784813]),
    ] as [(String, [Float])])
  func foldsBatchNormalisation(name: String, expected: [Float]) throws {
    let values = try #require(try Model.load(Fixture.path(Self.tiny)).tensors[name]).values
    for (value, expected) in zip([values[0], values[1], values[17], values[values.count - 1]], expected) {
      #expect(abs(value - expected) <= 1e-6 * abs(expected))
    }
  }

  @Test(
    "names the first difference from the official network",
    arguments: [
      ("models.common\nFocus", "models.common\nStem5", "model.0 should be Focus, not Stem5"),
      ("models.common\nSPP", "models.common\nSPPF", "model.10 should be SPP, not SPPF"),
      ("activation\nSiLU", "activation\nReLU", "model.0.conv.act should be SiLU, not ReLU"),
      ("models.yolo\nDetect", "models.yolo\nSegmen", "model.33 should be Detect, not Segmen"),
      ("width_multiple", "width_multiplx", "width_multiple should be between 0 and 4, not 0.0"),
      ("anchor_grid", "anchor_grad", "model.33.anchor_grid should be a tensor, not missing"),
    ])
  func namesTheDifference(text: String, other: String, message: String) throws {
    let bytes = try checkpoint(replacing: text, with: other)
    let error = #expect(throws: CheckpointError.self) { try Model(bytes, name: "m") }
    #expect(error?.description == "not a KAPAO network: \(message)")
  }

  @Test("says what a checkpoint should have been")
  func saysWhatWasExpected() throws {
    #expect(throws: CheckpointError.format(expected: "a network under the key model or ema")) {
      try Model(checkpoint { $0 = Array("cos\nsystem\n(X\u{5}\0\0\0falsetR.".utf8) }, name: "m")
    }
    #expect(throws: CheckpointError.format(expected: "numbers of a known type, not HalfStoragf")) {
      try Model(checkpoint(replacing: "HalfStorage", with: "HalfStoragf"), name: "m")
    }
    var builder = ZipBuilder()
    builder.add("word/document.xml", [])
    #expect(throws: CheckpointError.format(expected: "one entry data.pkl")) { try Model(builder.archive(), name: "m") }
  }

  /// An object with attributes, as pickled.
  private func object(_ type: String, _ attributes: [(String, [UInt8])]) -> [UInt8] {
    Array("cmodels.yolo\n\(type)\n)".utf8) + [0x81] + dictionary(attributes) + Array("b".utf8)
  }

  private func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
    var bytes = Array("}".utf8)
    for (key, value) in entries {
      bytes += Array("X".utf8) + [UInt8(key.utf8.count), 0, 0, 0]
      bytes += Array(key.utf8) + value
      bytes += Array("s".utf8)
    }
    return bytes
  }

  @Test("a YOLO detector is called one")
  func detector() throws {
    let layers = (0..<24).map { ("\($0)", object("Conv", [("_modules", dictionary([]))])) }
    let head = object("Detect", [("_modules", dictionary([])), ("nc", Array("K".utf8) + [80])])
    let network = object("Sequential", [("_modules", dictionary(layers + [("24", head)]))])
    let model = object("DetectionModel", [("_modules", dictionary([("model", network)]))])
    let bytes = try checkpoint { $0 = [0x80, 2] + dictionary([("model", model)]) + Array(".".utf8) }
    #expect(
      throws: CheckpointError.other(
        "a network of 25 layers that ends in Detect for 80 classes without KAPAO's keypoints")
    ) { try Model(bytes, name: "yolov5n") }
  }

  @Test("loads the averaged weights where training has left them")
  func prefersTheAverage() throws {
    // Sets `ema` to the network, which has the memo 5, and `model` to None.
    let bytes = try checkpoint { bytes in
      bytes.removeLast()
      bytes += Array("X\u{3}\0\0\0emah\u{5}sX\u{5}\0\0\0modelNs.".utf8)
    }
    #expect(try Model(bytes, name: "m").architecture.widthMultiple == 0.125)
  }

  @Test("ends with an error wherever a checkpoint is cut off")
  func noticesACut() throws {
    let bytes = try Fixture.bytes(Self.tiny)
    for length in stride(from: 4, to: bytes.count, by: 100_003) {
      #expect(throws: ZipError.noDirectory) { try Model(Array(bytes[..<length]), name: "m") }
    }
  }

  @Test("a damaged weight is noticed by its checksum")
  func noticesDamage() throws {
    var bytes = try Fixture.bytes(Self.tiny)
    bytes[bytes.count / 2] ^= 0x10
    #expect(throws: ZipError.self) { try Model(bytes, name: "m") }
  }
}
