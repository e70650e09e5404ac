/// Every limit in one place, with its unit and its reason.
package enum Limits {
  /// Milliseconds. Clocks closer than this to the hub's are left alone; `docs/protocol.md`, "Clocks".
  package static let clockTolerance: Int64 = 60_000
  /// Rows of a list that are counted, for which a person waits a few milliseconds.
  package static let counted = 100_000
  /// Exchanges that the hub makes durable at once.
  package static let exchangesTogether = 32
  /// Bytes on the wire. Smaller pages would be mostly headers.
  package static let smallestPage = 4 << 10
  /// Bytes on the wire. Programs stay below 100 MB; a quarter of it would make a first sync a seventh
  /// longer: less repeats itself in less.
  package static let largestPage = 1 << 20
  /// Bytes before compression of one push in a bundle, and of a page of its answer.
  package static let bundlePage = 3 << 20
  /// What a device asks for an answer to hold, within bounds.
  package static func budget(_ asked: Int) -> Int { min(asked, bundlePage) }
  /// Bytes before compression of what is handed over at once before a wipe.
  package static let parcel = 1 << 20
  /// Bytes on the wire, until the link has shown its speed: thirteen seconds of the slowest one, which
  /// is cut every 25.
  package static let firstPageUp = 24 << 10
  /// Likewise for what comes down, and is kept when the link is cut.
  package static let firstPageDown = 64 << 10
  /// Bytes on the wire that an exchange with anything in it takes, headers included.
  package static let smallestExchange = 1 << 10
  /// Bytes of the heads of a request and its answer, and of what an answer holds beside changes.
  package static let headsOfExchange = 512
  /// Bytes of most records: the last one of a page goes beyond what was asked for.
  package static let recordBeyond = 256
  /// Bytes of a body that the hub remembers, so that it need not come again when its answer was lost:
  /// a page of the slow links, and no smaller than what asking costs.
  package static let rememberedBody = smallestExchange...(24 << 10)
  /// Devices of which the hub remembers one: 6 MiB at the most.
  package static let rememberedBodies = 256
  /// Milliseconds after which a device sends a body again all the same: its clock in there is old.
  package static let bodyAge: Int64 = 30_000
  /// How many times smaller a page gets by compression, at least, on the mission's records.
  package static let compressionGuess = 3
  /// Seconds of link time that a page should take on its way up. A cut costs half of it on average.
  package static let pageSecondsUp = 3.0
  /// Seconds of link time that a page should take on its way down. A cut costs half a part.
  package static let pageSecondsDown = 15.0
  /// Parts of a long answer. A cut costs half of one, on average; twice as many would save 2 % of what
  /// a satellite phone carries, and shorter columns compress 5 % worse.
  package static let partsOfAnswer = 5
  /// Bytes of changes in one part before compression. In smaller ones the cursors would weigh.
  package static let smallestPart = 6 << 10
  /// Bytes of one body after expansion: a page of text compresses up to sixteenfold.
  package static let expandedBody = 16 << 20
  /// Records of one changeset: a page of the shortest changes holds a third of it. Bounds the
  /// memory that a few compressed bytes can ask for.
  package static let recordsInChangeset = 300_000
  /// Values of one changeset: a page of the shortest values holds three quarters of it.
  package static let valuesInChangeset = 2_000_000
  /// Cursors of one request, each of which costs the hub a search or two: more than there are bases in a
  /// dozen missions.
  package static let cursorsInRequest = 1_000
  /// Changes of one record in one push: an edit, and the deletion after it.
  package static let changesOfRecord = 2
  /// Records of a scope and a priority that go before their turn.
  package static let urgentRecords = 32
  /// Conflict notices of one answer; more come with the next.
  package static let noticesInAnswer = 100
  /// Bytes of one text value: four times the longest text of the mission's schema.
  package static let text = 80_000
  /// Bodies that a device may exchange in a day, both ways: a first sync of the whole mission five
  /// times over. A laptop that needs more is not one of ours any more.
  package static let bytesOfDay = 1 << 30
  /// Requests of a device in a day: one every ten seconds, and the pages of a repair.
  package static let requestsOfDay = 20_000
  /// Bytes of a bundle's file: what a small stick and a small machine take without a thought.
  package static let bundleFile = 32 << 20
  /// Bytes of what a device's bundle holds, expanded.
  package static let expandedBundle = 64 << 20
  /// Pushes of a bundle: a year's work of a base.
  package static let pushesOfBundle = 12
  /// Bytes of the pages of an answer to a bundle, after which no further one is begun.
  package static let bundleAnswer = 24 << 20
  /// Bundles whose answers a device waits for at a time: one a week for a quarter of a year.
  package static let bundlesAwaited = 13
  /// Bytes of one such request, of which a device knows the size about, and sends the last record whole.
  package static let largestParcel = 4 << 20
  /// What a device that shall be wiped may hand over, in requests of a page each: a year's work.
  package static let parcelsOfDevice = 50
  /// Milliseconds after which a device draws a new token.
  package static let tokenAge: Int64 = 30 * 86_400_000
  /// Days an invitation stays valid.
  package static let invitationDays = 7
  /// Ranges of one repair request; each costs the hub one search a type.
  package static let rangesInRepair = 500
  /// Records that one repair request asks for.
  package static let recordsInRepair = 1_000
  /// Parts that a range is cut into when it holds more records than can be named.
  package static let partsOfRange = 16
  /// Records of a range that are named one by one: below it, naming is cheaper than cutting again.
  package static let recordsNamedInRange = 32
  /// Days after which a silent device no longer holds deletions back at the hub.
  package static let daysOfSilence = 180
  /// Days a device remembers a deletion, to give it back to a hub that lost it.
  package static let daysDeletionsAreKept = 180
}
