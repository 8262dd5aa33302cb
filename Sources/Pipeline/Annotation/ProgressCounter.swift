import Foundation

/// Counts the frames and people that are done.
final class ProgressCounter: @unchecked Sendable {
  // @unchecked: the state is only touched under the lock.

  private let lock = NSLock()
  private let start = DispatchTime.now().uptimeNanoseconds
  private var state = AnnotationProgress()
  /// Frames a second over the last frames, for the text on the picture.
  private var recent = RecentRate()

  init(expectedFrames: Int?) { state.expectedFrames = expectedFrames }

  var value: AnnotationProgress {
    lock.withLock {
      var value = state
      value.seconds = seconds
      return value
    }
  }

  /// Counts a frame; returns the frame rate of the last frames.
  func count(_ people: Int, isDetected: Bool) -> Double {
    lock.withLock {
      state.frames += 1
      if isDetected { state.detectedFrames += 1 }
      state.people += people
      if people > 0 { state.framesWithPeople += 1 }
      return recent.add(seconds)
    }
  }

  private var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }
}
