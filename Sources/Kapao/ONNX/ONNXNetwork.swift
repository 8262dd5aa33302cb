/// Builds the graph of a network from its definition.
struct ONNXNetwork {
  private let model: Model
  private let export: ONNXExport
  private var onnx: ONNXGraph
  /// The output of each layer.
  private var outputs: [String] = []

  init(model: Model, export: ONNXExport) {
    self.model = model
    self.export = export
    onnx = ONNXGraph(name: model.name, isHalf: export.isHalf)
  }

  private var batch: ONNXGraph.Dimension { export.batch.map { .fixed($0) } ?? .named("batch") }

  /// The file's bytes.
  mutating func graph(metadata: [(String, String)]) -> [UInt8] {
    let size = export.inputSize
    onnx.declareInput(
      "images",
      [
        batch, .fixed(3), size.map { .fixed($0.height) } ?? .named("height"),
        size.map { .fixed($0.width) } ?? .named("width"),
      ])
    let image = onnx.converted("images")
    for layer in model.architecture.definition.layers {
      if case .detect = layer.operation {
        addHead(layer)
      } else {
        outputs.append(output(of: layer, image: image))
      }
    }
    return onnx.encoded(metadata: metadata)
  }

  private mutating func output(of layer: NetworkDefinition.Layer, image: String) -> String {
    let name = "model.\(layer.index)"
    let inputs = layer.inputs.map { outputs[$0] }
    switch layer.operation {
    case .focus: return convolution("\(name).conv.conv", image, kernel: 6, stride: 2, isStem: true)
    case .convolution(_, let kernel, let stride):
      return convolution("\(name).conv", inputs[0], kernel: kernel, stride: stride)
    case .c3(_, let bottlenecks, let shortcut):
      var value = convolution("\(name).cv1.conv", inputs[0])
      for index in 0..<bottlenecks {
        let inner = convolution("\(name).m.\(index).cv1.conv", value)
        let moved = convolution("\(name).m.\(index).cv2.conv", inner, kernel: 3)
        value = shortcut ? onnx.add("Add", [value, moved]) : moved
      }
      let other = convolution("\(name).cv2.conv", inputs[0])
      return convolution("\(name).cv3.conv", concatenated([value, other]))
    case .spp:
      let first = convolution("\(name).cv1.conv", inputs[0])
      let pooled = NetworkDefinition.poolingKernels.map { kernel in
        onnx.add(
          "MaxPool", [first],
          [
            ("kernel_shape", .ints([kernel, kernel])), ("strides", .ints([1, 1])),
            ("pads", .ints([Int](repeating: kernel / 2, count: 4))),
          ])
      }
      return convolution("\(name).cv2.conv", concatenated([first] + pooled))
    case .upsample:
      let scales = onnx.constant("\(name).scales", Tensor(shape: [4], values: [1, 1, 2, 2]))
      return onnx.add(
        "Resize", [inputs[0], "", scales],
        [
          ("mode", .text("nearest")), ("coordinate_transformation_mode", .text("asymmetric")),
          ("nearest_mode", .text("floor")),
        ])
    case .concat: return concatenated(inputs)
    case .detect: preconditionFailure("the head has no output of its own")
    }
  }

  private mutating func concatenated(_ values: [String]) -> String { onnx.add("Concat", values, [("axis", .int(1))]) }

  /// A convolution with SiLU.
  private mutating func convolution(
    _ name: String, _ input: String, kernel: Int = 1, stride: Int = 1, isStem: Bool = false
  ) -> String {
    let value = linear(name, input, kernel: kernel, stride: stride, isStem: isStem)
    return onnx.add("Mul", [value, onnx.add("Sigmoid", [value])])
  }

  private mutating func linear(
    _ name: String, _ input: String, kernel: Int = 1, stride: Int = 1, isStem: Bool = false
  ) -> String {
    let weight = model.tensors["\(name).weight"]!
    let inputs = [
      input, onnx.weight("\(name).weight", isStem ? weight.unfocused : weight),
      onnx.weight("\(name).bias", model.tensors["\(name).bias"]!),
    ]
    let padding = isStem ? 2 : kernel / 2
    return onnx.add(
      "Conv", inputs,
      [
        ("kernel_shape", .ints([kernel, kernel])), ("strides", .ints([stride, stride])),
        ("pads", .ints([Int](repeating: padding, count: 4))),
      ])
  }

  // MARK: Head

  private mutating func addHead(_ layer: NetworkDefinition.Layer) {
    let architecture = model.architecture
    let channels = architecture.channelsPerAnchor
    var decoded: [String] = []
    var predictions = 0
    for (grid, source) in layer.inputs.enumerated() {
      let stride = Architecture.strides[grid]
      let raw = linear("model.\(layer.index).m.\(grid)", outputs[source])
      let cells = export.inputSize.map { ImageSize(width: $0.width / stride, height: $0.height / stride) }
      if export.isDecoded {
        decoded.append(self.decoded(onnx.single(raw), grid: grid, cells: cells))
        predictions += Architecture.anchorsPerGrid * (cells.map { $0.width * $0.height } ?? 0)
      } else {
        _ = onnx.single(raw, output: "raw\(stride)")
        onnx.declareOutput(
          "raw\(stride)",
          [
            batch, .fixed(Architecture.anchorsPerGrid * channels),
            cells.map { .fixed($0.height) } ?? .named("rows\(stride)"),
            cells.map { .fixed($0.width) } ?? .named("columns\(stride)"),
          ])
      }
    }
    guard export.isDecoded else { return }
    _ = onnx.add("Concat", decoded, [("axis", .int(1))], output: "predictions")
    onnx.declareOutput(
      "predictions",
      [batch, export.inputSize == nil ? .named("predictions") : .fixed(predictions), .fixed(channels)])
  }

  /// One grid decoded: (batch, 3 · rows · columns, channels).
  private mutating func decoded(_ raw: String, grid: Int, cells: ImageSize?) -> String {
    let name = "decode.\(grid)"
    let architecture = model.architecture
    let (channels, keypoints) = (architecture.channelsPerAnchor, architecture.keypointCount)
    let stride = Float(Architecture.strides[grid])
    let anchors = architecture.anchors[grid].flatMap { [$0.width, $0.height] }
    func scalar(_ part: String, _ value: Float, _ onnx: inout ONNXGraph) -> String {
      onnx.constant("\(name).\(part)", Tensor(shape: [1], values: [value]))
    }

    // (batch, 3, cells, channels), by anchor and cell.
    let shape = onnx.constant("\(name).shape", [0, Architecture.anchorsPerGrid, channels, -1])
    let split = onnx.add("Reshape", [raw, shape])
    let ordered = onnx.add("Transpose", [split], [("perm", .ints([0, 1, 3, 2]))])
    let values = onnx.add("Sigmoid", [ordered])
    func part(_ range: Range<Int>, _ onnx: inout ONNXGraph) -> String {
      let bounds = [("from", range.lowerBound), ("to", range.upperBound)].map { key, value in
        onnx.constant("\(name).\(key).\(range.lowerBound)", [value])
      }
      return onnx.add("Slice", [values] + bounds + [onnx.constant("\(name).axis.\(range.lowerBound)", [3])])
    }
    let place = cellPlaces(raw, name: name, cells: cells, stride: stride)
    let size = onnx.constant("\(name).anchors", Tensor(shape: [1, 3, 1, 2], values: anchors))

    // Centre (2σ − 0.5 + c)·s, size (2σ)²·A.
    let doubled = onnx.add("Mul", [part(0..<2, &onnx), scalar("2s", 2 * stride, &onnx)])
    let shift = onnx.add("Sub", [place, scalar("s/2", stride / 2, &onnx)])
    let centre = onnx.add("Add", [doubled, shift])
    let twice = onnx.add("Mul", [part(2..<4, &onnx), scalar("2", 2, &onnx)])
    let box = onnx.add("Mul", [onnx.add("Mul", [twice, twice]), size])
    let scores = part(4..<6 + keypoints, &onnx)

    // Keypoint (4σ − 2)·A + c·s: both repeated for each of the K keypoints.
    let repeats = onnx.constant("\(name).repeats", [1, 1, 1, keypoints])
    let fourfold = onnx.add("Mul", [part(6 + keypoints..<channels, &onnx), scalar("4", 4, &onnx)])
    let offset = onnx.add("Sub", [fourfold, scalar("-2", 2, &onnx)])
    let spread = onnx.add("Mul", [offset, onnx.add("Tile", [size, repeats])])
    let points = onnx.add("Add", [spread, onnx.add("Tile", [place, repeats])])

    let all = onnx.add("Concat", [centre, box, scores, points], [("axis", .int(3))])
    return onnx.add("Reshape", [all, onnx.constant("\(name).flat", [0, -1, channels])])
  }

  /// The upper left corner of each cell in pixels: (1, 1, cells, 2).
  private mutating func cellPlaces(_ raw: String, name: String, cells: ImageSize?, stride: Float) -> String {
    if let cells {
      let corners = (0..<cells.height).flatMap { row in
        (0..<cells.width).flatMap { [Float($0) * stride, Float(row) * stride] }
      }
      return onnx.constant(
        "\(name).cells", Tensor(shape: [1, 1, cells.width * cells.height, 2], values: corners))
    }
    let shape = onnx.add("Shape", [raw])
    let (zero, one) = (
      onnx.constant("\(name).zero", scalar: 0), onnx.constant("\(name).one", scalar: 1)
    )
    let step = onnx.constant("\(name).stride", Tensor(shape: [1], values: [stride]))
    let nothing = onnx.constant("\(name).nothing", Tensor(shape: [1], values: [0]))
    /// 0, s, 2s, … along rows or columns.
    func places(axis: Int, _ target: [Int], _ onnx: inout ONNXGraph) -> String {
      let length = onnx.add("Gather", [shape, onnx.constant("\(name).dimension.\(axis)", scalar: axis)])
      let numbers = onnx.real(onnx.add("Range", [zero, length, one]))
      let scaled = onnx.add("Mul", [numbers, step])
      return onnx.add("Reshape", [scaled, onnx.constant("\(name).line.\(axis)", target)])
    }
    let columns = places(axis: 3, [1, -1, 1], &onnx)
    let rows = places(axis: 2, [-1, 1, 1], &onnx)
    let x = onnx.add("Add", [columns, onnx.add("Mul", [rows, nothing])])
    let y = onnx.add("Add", [rows, onnx.add("Mul", [columns, nothing])])
    let both = onnx.add("Concat", [x, y], [("axis", .int(2))])
    return onnx.add("Reshape", [both, onnx.constant("\(name).places", [1, 1, -1, 2])])
  }
}
