import Storage

extension FieldClient {
  /// The names of the record types that each committed transaction of this client changed,
  /// by its own writing or by a sync. The stream ends when its task is cancelled.
  ///
  /// What another program writes into the file is not announced.
  public func changes() -> AsyncStream<Set<String>> {
    let replica = replica
    return AsyncStream(bufferingPolicy: .unbounded) { continuation in
      let observation = replica.observe { types in continuation.yield(types) }
      continuation.onTermination = { _ in observation.cancel() }
    }
  }
}
