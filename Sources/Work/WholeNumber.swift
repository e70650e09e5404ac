// What a record holds was typed by somebody or sent by some program, and few fields have a largest
// value. A figure that fits nowhere is shown as the largest there is; it ends no program.

extension Int {
  /// Without what stands behind the point; the nearest there is where that is none, 0 for no number.
  package init(wholePartOf number: Double) {
    let whole = number.rounded(.towardZero)
    self = Int(exactly: whole) ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }

  /// The sum; the largest or smallest number where it is beyond.
  package func adding(_ other: Int) -> Int {
    let (sum, isBeyond) = addingReportingOverflow(other)
    return isBeyond ? (other < 0 ? .min : .max) : sum
  }
}
