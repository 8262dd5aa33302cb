import Kapao
import Testing

@Suite("Network definition")
struct NetworkDefinitionTests {
  @Test(
    "parameters and operations are the official networks'",
    arguments: [
      // width, depth, millions of parameters, convolutions, GFLOP at 1024×576
      (0.50, 0.33, 12.560, 81, 24.6),
      (0.75, 0.67, 35.755, 111, 74.8),
      (1.00, 1.00, 77.048, 141, 168.5),
    ])
  func sizes(width: Double, depth: Double, parameters: Double, convolutions: Int, operations: Double) {
    let network = NetworkDefinition(width: width, depth: depth, headChannels: 171)
    #expect(network.convolutions.count == convolutions)
    #expect(abs(Double(network.parameters) / 1e6 - parameters) < 0.001)
    #expect(abs(Double(network.operations(at: ImageSize(width: 1024, height: 576))) / 1e9 - operations) < 0.1)
  }

  @Test("the four grids have strides 8, 16, 32 and 64")
  func strides() {
    let layers = NetworkDefinition(width: 0.25, depth: 0.33, headChannels: 171).layers
    #expect(layers.last!.inputs.map { layers[$0].stride } == Architecture.strides)
  }
}
