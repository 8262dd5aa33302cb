extension RunDescription {
  /// The value of a setting.
  public enum SettingValue: Codable, Hashable, Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByStringLiteral
  {
    /// On or off.
    case flag(Bool)
    /// A number, in seconds or pixels where it has a unit.
    case number(Double)
    /// A name.
    case text(String)
    /// Several numbers.
    case numbers([Double])

    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// On or off.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    /// A name.
    public init(stringLiteral value: String) { self = .text(value) }

    /// The value from its JSON.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode([Double].self) {
        self = .numbers(value)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    /// The value as plain JSON.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .flag(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .text(let value): try container.encode(value)
      case .numbers(let values): try container.encode(values)
      }
    }
  }
}
