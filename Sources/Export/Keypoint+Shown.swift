import Kapao

extension Keypoint {
  /// Whether exports have this keypoint: its position is finite, and it is confirmed if only confirmed ones are wanted.
  package func isShown(keypointObjectsOnly: Bool) -> Bool {
    x.isFinite && y.isFinite && (source == .keypointObject || !keypointObjectsOnly)
  }
}
