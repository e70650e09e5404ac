import GRDB

extension Replica {
  /// Lets go of the files, before they are removed. Whatever is asked of it afterwards fails.
  package func close() {
    // What still reads keeps its connection; the files go from under it.
    try? pool.close()
  }
}
