/// How a data set's official evaluation differs from the others.
public struct EvaluationRules: Hashable, Sendable {
  /// A class of people by their area in square pixels, both ends included.
  struct SizeClass: Hashable, Sendable {
    let range: ClosedRange<Double>
    let precision: EvaluationMeasure?
    let recall: EvaluationMeasure?
  }

  /// A class of images by their crowd index.
  struct CrowdClass: Hashable, Sendable {
    let range: Range<Double>
    let precision: EvaluationMeasure
  }

  /// Standard deviations of the keypoints.
  let sigmas: [Float]
  /// Whether a person's area is 0.53 of the box, whatever the annotation says.
  let takesAreaFromBox: Bool
  /// The classes of people that are evaluated; the first is all of them.
  let sizeClasses: [SizeClass]
  /// The classes of images that are evaluated by themselves.
  let crowdClasses: [CrowdClass]

  private static let everybody = SizeClass(range: 0...1e10, precision: .ap, recall: .ar)

  /// COCO's keypoint evaluation: medium people have an area of 32² to 96² pixels, large ones more.
  public static func coco(sigmas: [Float]) -> EvaluationRules {
    EvaluationRules(
      sigmas: sigmas, takesAreaFromBox: false,
      sizeClasses: [
        everybody,
        SizeClass(range: 32 * 32...96 * 96, precision: .apMedium, recall: .arMedium),
        SizeClass(range: 96 * 96...1e10, precision: .apLarge, recall: .arLarge),
      ],
      crowdClasses: [])
  }

  /// CrowdPose's evaluation: images are easy below a crowd index of 0.2 and hard from 0.8.
  ///
  /// The data set's paper says 0.1 for easy, but the tool that goes with it and that all published figures come from has
  /// 0.2. It takes every person's area as 0.53 of the box.
  public static func crowdPose(sigmas: [Float] = Skeleton.crowdPose14.sigmas) -> EvaluationRules {
    EvaluationRules(
      sigmas: sigmas, takesAreaFromBox: true, sizeClasses: [everybody],
      crowdClasses: [
        CrowdClass(range: -.infinity..<0.2, precision: .apEasy),
        CrowdClass(range: 0.2..<0.8, precision: .apMediumCrowd),
        CrowdClass(range: 0.8 ..< .infinity, precision: .apHard),
      ])
  }

  /// The rules of the data set that a skeleton comes from.
  public init(_ skeleton: Skeleton) {
    self = skeleton == .crowdPose14 ? .crowdPose() : .coco(sigmas: skeleton.sigmas)
  }

  private init(sigmas: [Float], takesAreaFromBox: Bool, sizeClasses: [SizeClass], crowdClasses: [CrowdClass]) {
    self.sigmas = sigmas
    self.takesAreaFromBox = takesAreaFromBox
    self.sizeClasses = sizeClasses
    self.crowdClasses = crowdClasses
  }
}
