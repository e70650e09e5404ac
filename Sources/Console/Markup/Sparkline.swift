/// A small line of what a figure did, as SVG inside the page.
enum Sparkline {
  static func svg(_ values: [Double?], label: String) -> HTML {
    let known = values.compactMap(\.self)
    guard known.count > 1, let low = known.min(), let high = known.max() else { return .none }
    let span = high == low ? 1 : high / 2 - low / 2
    let step = 78.0 / Double(max(1, values.count - 1))
    let points = values.enumerated().compactMap { index, value -> String? in
      value.map { value in
        let (x, y) = (1 + Double(index) * step, 19 - (value / 2 - low / 2) / span * 18)
        return "\(Int(x)),\(Int(y))"
      }
    }
    return """
      <svg viewBox="0 0 80 20" width="80" height="20" role="img" aria-label="\(label)"><polyline points="\(points.joined(separator: " "))" \
      fill="none" stroke="#0b4f8a" stroke-width="1.6"/></svg>
      """
  }
}
