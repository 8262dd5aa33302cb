extension Architecture {
  /// The layers of this network.
  public var definition: NetworkDefinition {
    NetworkDefinition(
      width: widthMultiple, depth: depthMultiple, headChannels: Architecture.anchorsPerGrid * channelsPerAnchor)
  }
}
