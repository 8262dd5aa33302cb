import ArgumentParser

/// A time in a video: seconds (`90.5`) or hours, minutes and seconds (`1:30.5`, `0:01:30.5`).
struct TimePosition: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = 0.0
    for (index, part) in parts.enumerated() {
      guard let part, part >= 0, part.isFinite, index == 0 || part < 60 else { return nil }
      seconds = seconds * 60 + part
    }
    self.seconds = seconds
  }
}
