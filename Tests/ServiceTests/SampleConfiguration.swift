import TestSupport

/// The example configuration.
enum SampleConfiguration {
  static let path = Fixtures.root.appending(path: "Samples/kapao-video.yaml").path
}
