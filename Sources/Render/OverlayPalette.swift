import Kapao

/// The colours of the default look.
package enum OverlayPalette {
  /// One colour per person, neighbours far apart; bright, because the outline is dark.
  package static let people: [RGBColour] = [
    RGBColour(red: 255, green: 149, blue: 44), RGBColour(red: 66, green: 165, blue: 255),
    RGBColour(red: 84, green: 214, blue: 90), RGBColour(red: 255, green: 92, blue: 205),
    RGBColour(red: 255, green: 221, blue: 51), RGBColour(red: 51, green: 224, blue: 224),
    RGBColour(red: 255, green: 82, blue: 82), RGBColour(red: 164, green: 124, blue: 255),
    RGBColour(red: 186, green: 240, blue: 70), RGBColour(red: 255, green: 160, blue: 180),
    RGBColour(red: 0, green: 190, blue: 150), RGBColour(red: 222, green: 170, blue: 110),
  ]

  /// The colour of an identity, which counts from 1: player 1 is orange and player 2 blue, as in the squash demo.
  package static func identity(_ identity: Int) -> RGBColour { person(identity &- 1) }

  /// The colour of a person's number; every integer has one.
  package static func person(_ number: Int) -> RGBColour {
    let remainder = number % people.count
    return people[remainder < 0 ? remainder + people.count : remainder]
  }

  /// The colour of the crowd.
  package static let crowd = RGBColour(red: 200, green: 200, blue: 200)

  /// The colour of a side of the body.
  package static func side(_ side: Skeleton.Side) -> RGBColour {
    switch side {
    case .left: RGBColour(red: 66, green: 165, blue: 255)
    case .right: RGBColour(red: 255, green: 149, blue: 44)
    case .centre: RGBColour(red: 236, green: 236, blue: 236)
    }
  }
}
