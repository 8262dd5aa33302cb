import ArgumentParser
import Service

extension SecretText {
  /// A text of the command line with everything filled in.
  static func expand(argument text: String) throws -> String {
    do {
      return try SecretText().expand(text).get()
    } catch {
      throw ValidationError("\(error).")
    }
  }
}
