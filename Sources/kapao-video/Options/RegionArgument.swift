import ArgumentParser
import Tracking

/// The value of `--region`.
struct RegionArgument: ExpressibleByArgument {
  let region: PictureRegion

  init?(argument: String) {
    guard let region = PictureRegion(argument) else { return nil }
    self.region = region
  }
}
