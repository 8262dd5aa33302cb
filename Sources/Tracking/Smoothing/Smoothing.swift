/// How tracked poses are smoothed over time (`--smooth`).
public enum Smoothing: String, CaseIterable, Sendable {
  /// Not at all.
  case none
  /// By the one-euro filter: no delay, for live video.
  case oneEuro = "one-euro"
  /// By a Butterworth low-pass run forwards and backwards: no shift in time, but a part of a second late; for files.
  case butterworth

  /// A smoother for one stream, or `nil` for `none`.
  ///
  /// - Parameters:
  ///   - cutoff: Cut-off frequency of the Butterworth filter in Hz.
  ///   - longestGap: Seconds without a pose that are filled, by the Butterworth filter only.
  public func smoother(cutoff: Double = 6, longestGap: Double = 0.25) -> (any PoseSmoother)? {
    switch self {
    case .none: nil
    case .oneEuro: OneEuroSmoother()
    case .butterworth: ButterworthSmoother(cutoff: cutoff, longestGap: longestGap)
    }
  }
}
