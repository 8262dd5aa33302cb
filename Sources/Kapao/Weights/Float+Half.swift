extension Float {
  /// The value of a half-precision number.
  ///
  /// Integer operations and one multiplication, which the compiler turns into vector code on any processor;
  /// the standard library's conversion is a function call for each number where the processor's own is not assumed.
  @inline(__always)
  init(halfPattern half: UInt16) {
    let magnitude = UInt32(half & 0x7fff)
    // The exponent's bias grows from 15 to 127: times 2^112, which makes subnormal numbers right as well.
    let finite = Float(bitPattern: magnitude << 13) * Float(bitPattern: (127 + 112) << 23)
    let special = magnitude >= 0x7c00 ? UInt32(0x7f80_0000) | (magnitude << 13) : finite.bitPattern
    self = Float(bitPattern: special | UInt32(half & 0x8000) << 16)
  }
}
