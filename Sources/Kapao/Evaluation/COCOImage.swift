/// An image's record in COCO's JSON.
public struct COCOImage: Hashable, Sendable, Codable {
  /// The image's number, by which annotations and results refer to it.
  public let id: Int
  /// Name of the file, relative to the images' folder.
  public let fileName: String
  /// CrowdPose: how much people overlap, 0…1; `nil` in other data sets.
  public let crowdIndex: Double?

  /// An image.
  public init(id: Int, fileName: String, crowdIndex: Double? = nil) {
    self.id = id
    self.fileName = fileName
    self.crowdIndex = crowdIndex
  }

  private enum CodingKeys: String, CodingKey {
    case id
    case fileName = "file_name"
    case crowdIndex
  }
}
