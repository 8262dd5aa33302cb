import CFFmpeg

extension Int64 {
  /// A timestamp in units of `timeBase`, in microseconds.
  package func microseconds(_ timeBase: Rational) -> Int64 {
    rescaled(from: timeBase, to: .microsecond)
  }

  /// A timestamp in another unit, rounded to the nearest.
  package func rescaled(from: Rational, to: Rational) -> Int64 {
    av_rescale_q(self, from.native, to.native)
  }
}

extension Rational {
  /// libav's own time base.
  static let microsecond = Rational(1, Int(AV_TIME_BASE))
}
