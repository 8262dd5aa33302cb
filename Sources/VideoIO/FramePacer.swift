/// Chooses which frames an output of limited frame rate takes, and makes times that fell onto one tick increase.
package struct FramePacer {
  private let stride: Int
  private let minimumGap: Int64
  private var count = 0
  private var last: Int64?

  /// `minimumGap` is in ticks of the output. GIF has ticks of 1/100 s and players slow down gaps under two ticks: of
  /// a video with more than 50 frames per second every second (third, …) frame is taken. 0 takes all.
  package init(frameRate: Rational?, minimumGap: Int64) {
    self.minimumGap = minimumGap
    stride = max(1, Int(((frameRate?.doubleValue ?? 0) / 50 - 0.01).rounded(.up)))
  }

  /// The time of the next frame in the output; nil if the frame is left out.
  package mutating func admit(_ ticks: Int64) -> Int64? {
    defer { count += 1 }
    guard count % stride == 0 else { return nil }
    guard let last else {
      self.last = ticks
      return ticks
    }
    if minimumGap > 0, ticks &- last < minimumGap { return nil }
    let admitted = max(ticks, last &+ 1)
    self.last = admitted
    return admitted
  }
}
