/// A number that an operator watches, with what tells its parts apart, in Prometheus' text format.
///
/// Labels are words of this program, never of a record: who reads the figures reads no name and no
/// scope.
package struct Figure: Sendable {
  package enum Kind: String, Sendable { case counter, gauge, histogram }

  package struct Sample: Sendable {
    let value: Double
    let labels: [String: String]
    let suffix: String

    init(_ value: Double, _ labels: [String: String] = [:], suffix: String = "") {
      self.value = value
      self.labels = labels
      self.suffix = suffix
    }

    init(_ value: Int, _ labels: [String: String] = [:], suffix: String = "") {
      self.init(Double(value), labels, suffix: suffix)
    }
  }

  let name: String
  let kind: Kind
  let help: String
  let samples: [Sample]

  init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }

  /// A single number.
  init(_ name: String, _ help: String, _ value: Int) {
    self.init(name, .gauge, help, [Sample(value)])
  }

  var text: String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
      + samples.map { "\(name)\($0.suffix)\($0.braces) \($0.number)\n" }.joined()
  }
}

extension Figure.Sample {
  fileprivate var braces: String {
    if labels.isEmpty { return "" }
    let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
    return "{" + pairs.joined(separator: ",") + "}"
  }

  /// Whole numbers as such: `1.78e+09` is a time that nobody reads.
  fileprivate var number: String { Int64(exactly: value).map { "\($0)" } ?? "\(value)" }
}
