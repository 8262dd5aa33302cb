import Kapao

/// Watches a network in single precision on typical pictures, for the ranges that int8 has to cover.
package final class Calibrator {
  private let model: Model
  private let threads: Int
  private var runs: [ImageSize: (executor: OneDNNExecutor, output: HeadOutput)] = [:]
  /// Of each convolution the range over all pictures, and the sum of the pictures' ranges.
  private var ranges: [String: (all: ActivationRange, sum: ActivationRange)] = [:]
  /// Pictures so far.
  package private(set) var imageCount = 0

  /// A calibrator that has seen nothing.
  ///
  /// - Parameters:
  ///   - model: The model to calibrate.
  ///   - threads: Threads that compute one picture together.
  package init(model: Model, threads: Int = 1) {
    self.model = model
    self.threads = threads
  }

  /// Counts the values that the network gives on a picture.
  ///
  /// - Throws: `InferenceError`.
  package func observe(_ image: LetterboxedImage) throws {
    let size = image.letterbox.input
    if runs[size] == nil {
      let program = try OneDNNProgram(model: model, inputSize: size, precision: .fp32, threads: threads)
      let executor = try OneDNNExecutor(program)
      executor.observer = { [unowned self] name, range in
        ranges[name] = ranges[name].map { ($0.all.union(range), $0.sum.combined(range, +)) } ?? (range, range)
      }
      runs[size] = (executor, HeadOutput(grids: program.heads))
    }
    let (executor, output) = runs[size]!
    executor.load(image)
    try executor.run(into: output)
    imageCount += 1
  }

  /// The model with ranges that suit the pictures.
  ///
  /// - Throws: `InferenceError.notCalibrated` before the first picture.
  package func calibrated() throws -> Model {
    guard imageCount > 0 else { throw InferenceError.notCalibrated(model.name) }
    let count = Float(imageCount)
    return try model.calibrated(
      ranges.mapValues { all, sum in
        // Values that few pictures have are cut, for finer steps in all.
        all.combined(sum) { 0.5 * $0 + 0.5 * $1 / count }.balanced(share: 0.5)
      })
  }
}
