import FlyingFox
import Foundation

extension HTTPResponse {
  static func text(_ status: HTTPStatusCode, _ type: String, _ text: String) -> HTTPResponse {
    HTTPResponse(statusCode: status, headers: [.contentType: type], body: Data(text.utf8))
  }

  static func plain(_ status: HTTPStatusCode, _ text: String) -> HTTPResponse {
    .text(status, "text/plain; charset=utf-8", text)
  }

  static var missing: HTTPResponse { .plain(.notFound, "there is no such page\n") }

  static func json(_ value: some Encodable) -> HTTPResponse {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return .plain(.internalServerError, "no JSON\n") }
    return HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: data)
  }

  /// The same answer for a request that wants the headers only.
  var withoutBody: HTTPResponse { HTTPResponse(statusCode: statusCode, headers: headers) }
}
