/// A run of channels in one of the plan's buffers.
struct FeatureMaps: Hashable {
  /// Index of the buffer.
  let buffer: Int
  /// First channel in the buffer, counted with padding.
  let offset: Int
  /// For each channel in memory the number of the feature map it holds, or `nil` for padding, which stays zero.
  let channels: [Int?]

  /// The part of a concatenation at `slot` channels from here, as feature maps of their own.
  func slice(_ range: Range<Int>) -> FeatureMaps {
    FeatureMaps(buffer: buffer, offset: offset + range.lowerBound, channels: Array(channels[range]))
  }

  /// Feature maps `first`, `first + 1`, … `count` of them, padded to a multiple of `block`.
  static func channels(_ count: Int, first: Int = 0, block: Int) -> [Int?] {
    (0..<rounded(count, block)).map { $0 < count ? first + $0 : nil }
  }

  /// `count` rounded up to a multiple of `block`.
  static func rounded(_ count: Int, _ block: Int) -> Int { (count + block - 1) / block * block }
}
