import Kapao

extension Architecture {
  /// Longest side of the network's input in pixels, where the user names none: small networks are for small machines.
  public var usualInputSize: Int { widthMultiple <= 0.25 ? 640 : 1024 }
}
