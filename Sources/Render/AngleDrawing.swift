import Analysis
import Foundation
import Kapao

/// The angles of joints on the frame: an arc at the joint from the straight continuation of the limb to the limb, and the number.
package enum AngleDrawing {
  /// The arcs and numbers of somebody's joints; segments have none.
  ///
  /// - Parameters:
  ///   - values: Degrees, in the order of the definitions; `nil` where there is no angle.
  ///   - colour: Of the arcs.
  ///   - fontSize: Pixels.
  package static func shapes(
    _ definitions: [AngleDefinition], values: [Double?], keypoints: [Point2?], body: Body, colour: RGBColour,
    fontSize: Double
  ) -> [OverlayShape] {
    zip(definitions, values).flatMap { definition, value -> [OverlayShape] in
      guard definition.kind == .joint, let value, let corner = corner(definition, keypoints: keypoints, body: body)
      else {
        return []
      }
      let start = atan2(corner.straight.y, corner.straight.x)
      var sweep = atan2(corner.limb.y, corner.limb.x) - start
      if sweep > .pi { sweep -= 2 * .pi }
      if sweep < -.pi { sweep += 2 * .pi }
      let radius = 0.35 * corner.limb.length
      let place = { (angle: Double, reach: Double) in
        Point2(corner.joint.x + reach * cos(angle), corner.joint.y + reach * sin(angle))
      }
      // Both sides of a body lie over each other from the side: their numbers are on different sides of the joint.
      let beside = (definition.side == .left ? -1 : 1) * 2 * fontSize
      let count = 16
      let arc = (0...count).map { place(start + sweep * Double($0) / Double(count), radius) }
      let width = max(1, fontSize / 9)
      return [
        .line(arc, width: width, colour: colour, outline: width / 2),
        .label(
          "\(Int(value.rounded()))°", at: .init(corner.joint.x + beside, corner.joint.y), anchor: .centre,
          size: fontSize,
          colour: colour),
      ]
    }
  }

  /// The joint, where the limb would point if it were straight, and where it points; `nil` where a point is missing.
  private static func corner(
    _ definition: AngleDefinition, keypoints: [Point2?], body: Body
  ) -> (joint: Point2, straight: Point2, limb: Point2)? {
    let points = definition.points.compactMap { body.position($0, in: keypoints) }
    guard points.count == definition.points.count, points.count >= 3 else { return nil }
    let limb = points[0] - points[1]
    let straight = points.count == 3 ? points[1] - points[2] : points[2] - points[3]
    guard limb.length > 1, straight.length > 1 else { return nil }
    return (points[1], straight, limb)
  }
}
