extension RecordType {
  /// The id of the record with these values, the same on every device: UUIDv5 of the type's
  /// name and the key's values in the key's order, separated by U+001F. A key field that may
  /// be empty counts as an empty text.
  ///
  /// - Returns: nil when the type has no key or a required key field is empty.
  public func id(_ values: [String: Value]) -> RecordID? {
    if key.isEmpty { return nil }
    var name = self.name
    for (index, part) in key.enumerated() {
      guard let field = self[field: part] else { return nil }
      let text = field.text(values[part] ?? .null)
      if text.isEmpty && index < keyNeeded { return nil }
      name += "\u{1F}" + text
    }
    return RecordID.v5(namespace: Self.namespace, name: name)
  }

  /// The UUIDv5 of `djoliba` in the DNS namespace of RFC 9562.
  static let namespace = RecordID.v5(
    namespace: RecordID(high: 0x6ba7_b810_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8), name: "djoliba")
}
