#!/usr/bin/env python3
"""The same work with the engines that install here: SQLite's session extension, Loro, Yrs.

  peers.py COUNT [FOLDER]    after workload.py COUNT; needs apsw, loro, pycrdt, zstandard

Prints rows a second of processor time, the calling language included, as ratios to plain SQLite through the same
language in the same run, and bytes as they are and after zstd's level 3. Bytes are exact.
"""

import gc
import json
import sqlite3
import sys
import time
from pathlib import Path

import apsw
import loro
import pycrdt
import zstandard

COLUMNS = ("full_name organisation role kind base locality phone email languages sensitivity "
           "notes").split()
MAKE = f"CREATE TABLE contacts(id BLOB NOT NULL PRIMARY KEY, {', '.join(c + ' TEXT' for c in COLUMNS)})"
PUT = f"INSERT INTO contacts VALUES (?{', ?' * len(COLUMNS)})"


def small(data):
    return len(zstandard.ZstdCompressor(level=3).compress(data))


def timed(work):
    gc.collect()
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def batches(rows, size=1000):
    return (rows[start:start + size] for start in range(0, len(rows), size))


def connect(path):
    for suffix in ("", "-wal", "-shm"):
        Path(str(path) + suffix).unlink(missing_ok=True)
    db = apsw.Connection(str(path))
    db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    db.execute(MAKE)
    return db


class Plain:
    """The limit: a table without any sync."""

    name = "plain SQLite"

    def __init__(self, folder):
        self.db = connect(folder / "plain.sqlite")

    def write(self, rows):
        for batch in batches(rows):
            with self.db:
                self.db.executemany(PUT, batch)


class Session:
    """SQLite's session extension: one changeset for everything that happened."""

    name = "SQLite session"

    def __init__(self, folder):
        self.folder = folder
        self.db = connect(folder / "session.sqlite")
        self.begin()

    def begin(self):
        self.session = apsw.Session(self.db, "main")
        self.session.attach("contacts")

    write = Plain.write

    def edit(self, edits):
        with self.db:
            for key, column, value in edits:
                self.db.execute(f"UPDATE contacts SET {column} = ? WHERE id = ?", (value, key))

    def take(self):
        data = self.session.patchset()
        self.begin()
        return data

    def peer(self):
        other = connect(self.folder / "session-peer.sqlite")
        return lambda data: apsw.Changeset.apply(data, other, conflict=lambda *_: apsw.SQLITE_CHANGESET_ABORT)


class Loro:
    """A map of maps in memory."""

    name = "Loro"

    def __init__(self, folder):
        self.document = loro.LoroDoc()
        self.known = self.document.oplog_vv

    def write(self, rows):
        contacts = self.document.get_map("contacts")
        for batch in batches(rows):
            for key, *values in batch:
                row = contacts.insert_container(key.hex(), loro.LoroMap())
                for column, value in zip(COLUMNS, values):
                    row.insert(column, value)
            self.document.commit()

    def edit(self, edits):
        contacts = self.document.get_map("contacts")
        for key, column, value in edits:
            contacts.get(key.hex()).container.insert(column, value)
        self.document.commit()

    def take(self):
        data = self.document.export(loro.ExportMode.Updates(self.known))
        self.known = self.document.oplog_vv
        return data

    def peer(self):
        other = loro.LoroDoc()
        return other.import_


class Yrs:
    """A map of maps in memory."""

    name = "Yrs (pycrdt)"

    def __init__(self, folder):
        self.document = pycrdt.Doc()
        self.contacts = self.document.get("contacts", type=pycrdt.Map)
        self.known = self.document.get_state()

    def write(self, rows):
        for batch in batches(rows):
            with self.document.transaction():
                for key, *values in batch:
                    self.contacts[key.hex()] = pycrdt.Map(dict(zip(COLUMNS, values)))

    def edit(self, edits):
        with self.document.transaction():
            for key, column, value in edits:
                self.contacts[key.hex()][column] = value

    def take(self):
        data = self.document.get_update(self.known)
        self.known = self.document.get_state()
        return data

    def peer(self):
        other = pycrdt.Doc()
        other.get("contacts", type=pycrdt.Map)
        return other.apply_update


def main():
    count = int(sys.argv[1])
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "Benchmarks/data")
    rows = list(sqlite3.connect(folder / f"contacts_{count}.db").execute("SELECT * FROM contacts"))
    with open(folder / f"ops_{count}.jsonl", encoding="utf-8") as lines:
        operations = [json.loads(line) for line in lines]
    edits = [(bytes.fromhex(one["id"]), one["col"], one["val"]) for one in operations if one["w"] == "w3"]
    run = folder / "run"
    run.mkdir(exist_ok=True)

    _, limit = timed(lambda: Plain(run).write(rows))
    print(f"— N = {count} —\nplain SQLite                 {count / limit:9.0f} rows/s   the limit")
    print("                            write   apply   bytes a record, zstd-3   bytes an edit, zstd-3")
    for engine in (Session, Loro, Yrs):
        one = engine(run)
        _, writing = timed(lambda: one.write(rows))
        first = one.take()
        give = one.peer()
        _, applying = timed(lambda: give(first))
        one.edit(edits)
        change = one.take()
        give(change)
        print(f"{engine.name:26} {limit / writing:5.2f} × {limit / applying:5.2f} × "
              f"{len(first) / count:12.1f} {small(first) / count:12.1f} "
              f"{len(change) / len(edits):12.1f} {small(change) / len(edits):12.1f}", flush=True)


main()
