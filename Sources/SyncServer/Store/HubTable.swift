import Storage

/// A typed table of the hub's, with the texts of the statements that every change runs.
final class HubTable: Sendable {
  /// What the hub keeps of a record beside its fields.
  static let bookkeeping = ["_handle"] + changing
  /// Of it, what each change writes.
  static let changing = ["_stamps", "_seq", "_entered", "_deleted"]

  let typed: TypedTable
  /// `id`, the bookkeeping columns, then every field.
  let byID: String
  let byHandle: String
  /// `id`, what each change writes, then every field.
  let insertion: String

  init(_ typed: TypedTable) {
    self.typed = typed
    byID = typed.select(Self.bookkeeping, where: "id = ?")
    byHandle = typed.select(Self.bookkeeping, where: "_handle = ?")
    insertion = typed.insert(Self.changing)
  }
}
