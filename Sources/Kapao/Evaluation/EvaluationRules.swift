/// How a data set's official evaluation differs from the others.
package struct EvaluationRules: Hashable, Sendable {
  /// A class of people by their area in square pixels, both ends included.
  struct SizeClass: Hashable, Sendable {
    let name: String
    let range: ClosedRange<Double>
    let precision: EvaluationMeasure?
    let recall: EvaluationMeasure?
  }

  /// A class of images by their crowd index.
  struct CrowdClass: Hashable, Sendable {
    let range: Range<Double>
    let precision: EvaluationMeasure
  }

  /// The keypoints, their names and standard deviations.
  package let skeleton: Skeleton
  /// Whether a person's area is 0.53 of the box, whatever the annotation says.
  let takesAreaFromBox: Bool
  /// The classes of people that are evaluated; the first is all of them.
  let sizeClasses: [SizeClass]
  /// The classes of people whose errors are analysed: as COCO's analysis has them, without small people.
  let analysedClasses: [SizeClass]
  /// The classes of images that are evaluated by themselves.
  let crowdClasses: [CrowdClass]

  private static let everybody = SizeClass(name: "all", range: 0...1e10, precision: .ap, recall: .ar)
  private static let medium = SizeClass(
    name: "medium", range: 32 * 32...96 * 96, precision: .apMedium, recall: .arMedium)
  private static let large = SizeClass(name: "large", range: 96 * 96...1e10, precision: .apLarge, recall: .arLarge)

  /// COCO's keypoint evaluation, with a skeleton's standard deviations: medium people have an area of 32² to 96² pixels,
  /// large ones more.
  package static func coco(_ skeleton: Skeleton) -> EvaluationRules {
    let allAnalysed = SizeClass(name: "all", range: 32 * 32...1e10, precision: nil, recall: nil)
    return EvaluationRules(
      skeleton: skeleton, takesAreaFromBox: false, sizeClasses: [everybody, medium, large],
      analysedClasses: [allAnalysed, medium, large], crowdClasses: [])
  }

  /// CrowdPose's evaluation: images are easy below a crowd index of 0.2 and hard from 0.8.
  ///
  /// The data set's paper says 0.1 for easy, but the tool that goes with it and that all published figures come from has
  /// 0.2. It takes every person's area as 0.53 of the box.
  package static func crowdPose(_ skeleton: Skeleton = .crowdPose14) -> EvaluationRules {
    EvaluationRules(
      skeleton: skeleton, takesAreaFromBox: true, sizeClasses: [everybody], analysedClasses: [everybody],
      crowdClasses: [
        CrowdClass(range: -.infinity..<0.2, precision: .apEasy),
        CrowdClass(range: 0.2..<0.8, precision: .apMediumCrowd),
        CrowdClass(range: 0.8 ..< .infinity, precision: .apHard),
      ])
  }

  /// The rules of the data set that a skeleton comes from.
  package init(_ skeleton: Skeleton) {
    self = skeleton == .crowdPose14 ? .crowdPose(skeleton) : .coco(skeleton)
  }

  private init(
    skeleton: Skeleton, takesAreaFromBox: Bool, sizeClasses: [SizeClass], analysedClasses: [SizeClass],
    crowdClasses: [CrowdClass]
  ) {
    self.skeleton = skeleton
    self.takesAreaFromBox = takesAreaFromBox
    self.sizeClasses = sizeClasses
    self.analysedClasses = analysedClasses
    self.crowdClasses = crowdClasses
  }
}
