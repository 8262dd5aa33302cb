import Foundation
import Kapao
import TestSupport

/// Annotations and results as a data set and a network make them, with all that an evaluation treats in its own way:
/// crowds, people without labels, tiny people, images without people or with more results than count, equal scores.
struct SyntheticPeople {
  private(set) var dataset: COCODataset
  private(set) var results: [COCOResult] = []

  /// Images with people of `keypointCount` keypoints; results have boxes if asked for.
  init(seed: UInt64, images imageCount: Int, keypointCount: Int, resultsHaveBoxes: Bool = false) {
    var random = SeededRandom(seed: seed)
    var images: [COCOImage] = []
    var annotations: [COCOAnnotation] = []
    for index in 0..<imageCount {
      // Numbers that do not come in ascending order.
      let id = (index * 7919 + 13) % 100_003
      images.append(COCOImage(id: id, fileName: "\(id).jpg", crowdIndex: random.number(0...1)))
      let people = random.chance(0.1) ? 0 : Int(random.number(1...(random.chance(0.1) ? 30 : 5)))
      for _ in 0..<people {
        let person = Self.person(in: id, keypointCount, &random)
        annotations.append(person)
        for _ in 0..<Int(random.number(0...2.6)) {
          results.append(Self.result(near: person, keypointCount, resultsHaveBoxes, &random))
        }
      }
      for _ in 0..<Int(random.number(0...3)) {
        let nobody = Self.person(in: id, keypointCount, &random)
        results.append(Self.result(near: nobody, keypointCount, resultsHaveBoxes, &random))
      }
    }
    dataset = COCODataset(images: images, annotations: annotations)
  }

  private static func person(in image: Int, _ keypointCount: Int, _ random: inout SeededRandom) -> COCOAnnotation {
    let height = random.pixel(8...400)
    let width = (height * random.number(0.2...1) * 10).rounded() / 10
    let box = COCOBox(x: random.pixel(0...600), y: random.pixel(0...400), width: width, height: height)
    let isCrowd = random.chance(0.05)
    let labelled = isCrowd || random.chance(0.1) ? 0 : random.number(0.2...1)
    let keypoints = (0..<keypointCount).map { _ in
      random.chance(labelled)
        ? COCOKeypoint(
          x: box.x + random.pixel(0...width), y: box.y + random.pixel(0...height), third: random.chance(0.3) ? 1 : 2)
        : COCOKeypoint(x: 0, y: 0, third: 0)
    }
    return COCOAnnotation(
      imageID: image, box: box, area: (box.area * random.number(0.3...0.8)).rounded(), isCrowd: isCrowd,
      keypoints: keypoints)
  }

  private static func result(
    near person: COCOAnnotation, _ keypointCount: Int, _ hasBox: Bool, _ random: inout SeededRandom
  ) -> COCOResult {
    let spread = person.box.height * pow(10, random.number(-2.5 ... -0.7))
    let keypoints = (0..<keypointCount).map { index in
      let target = person.keypoints[index]
      let isLabelled = target.third > 0
      return COCOKeypoint(
        x: (isLabelled ? target.x : person.box.x + random.pixel(0...person.box.width)) + random.pixel(-spread...spread),
        y: (isLabelled ? target.y : person.box.y + random.pixel(0...person.box.height))
          + random.pixel(-spread...spread),
        third: random.number(0...1))
    }
    // Two decimals, so that many scores are equal.
    return COCOResult(
      imageID: person.imageID, keypoints: keypoints, score: (random.number(0...1) * 100).rounded() / 100,
      box: hasBox ? person.box : nil)
  }

  /// The annotations as a file in COCO's format.
  func writeAnnotations(to path: String) throws {
    let annotations = dataset.annotations.enumerated().map { Record(id: $0 + 1, annotation: $1) }
    try JSONEncoder().encode(File(images: dataset.images, annotations: annotations))
      .write(to: URL(fileURLWithPath: path))
  }

  private struct File: Encodable {
    let images: [COCOImage]
    let annotations: [Record]
    let categories = [Category()]
  }

  private struct Category: Encodable {
    let id = 1
    let name = "person"
  }

  /// An annotation with its number, which the official tools ask for.
  private struct Record: Encodable {
    let id: Int
    let annotation: COCOAnnotation

    private enum CodingKeys: CodingKey {
      case id
    }

    func encode(to encoder: any Encoder) throws {
      try annotation.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(id, forKey: .id)
    }
  }
}

extension SeededRandom {
  /// A number with one decimal, as annotations have.
  fileprivate mutating func pixel(_ range: ClosedRange<Double>) -> Double { (number(range) * 10).rounded() / 10 }
}
