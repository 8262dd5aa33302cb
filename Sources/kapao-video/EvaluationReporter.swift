import Foundation

/// Shows how many images are done, on a terminal only.
struct EvaluationReporter {
  let isQuiet: Bool
  let total: Int
  private var isShown: Bool { !isQuiet && isatty(STDERR_FILENO) == 1 }

  init(isQuiet: Bool, total: Int) {
    self.isQuiet = isQuiet
    self.total = total
  }

  func show(_ done: Int) {
    if isShown { StandardError.write("\r\u{1B}[K\(done)/\(total) images") }
  }

  func stop() {
    if isShown { StandardError.write("\r\u{1B}[K") }
  }
}
