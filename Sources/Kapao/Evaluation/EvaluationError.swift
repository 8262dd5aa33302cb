import Foundation
import Support

/// Why an evaluation is not possible.
package enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// A file cannot be read or is not what it should be.
  case unusable(path: String, reason: String)
  /// A result belongs to an image that the data set does not have.
  case unknownImage(Int)
  /// A result has another number of keypoints than the data set.
  case keypointCount(expected: Int, found: Int)

  /// One line for the user.
  package var description: String {
    switch self {
    case .unusable(let path, let reason): "cannot use \(path): \(reason)"
    case .unknownImage(let id): "a result belongs to image \(id), which the annotations do not have"
    case .keypointCount(let expected, let found): "a result has \(found) keypoints instead of \(expected)"
    }
  }

  /// Reads and decodes a JSON file, with one clear error for all that can go wrong.
  static func reading<Value>(_ path: String, _ decode: (Data) throws -> Value) throws -> Value {
    do {
      return try decode(Data(FileSystem.read(path)))
    } catch let error as InputError {
      throw EvaluationError.unusable(path: path, reason: error.reason)
    } catch let error as DecodingError {
      throw EvaluationError.unusable(path: path, reason: reason(error))
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(place(context)) has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(place(context)) is not of the kind that COCO's format has there"
    case .dataCorrupted(let context): context.codingPath.isEmpty ? "it is not JSON" : context.debugDescription
    @unknown default: "it is not COCO's JSON"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: " ")
    return path.isEmpty ? "the file" : path
  }
}
