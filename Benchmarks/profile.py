#!/usr/bin/env python3
"""Where the time of a benchmark goes, by processor samples.

    perf record -F 499 -e cpu-clock --call-graph dwarf,16384 -o /tmp/bench.perf \\
      .build-release/release/bench 100000
    python3 Benchmarks/profile.py /tmp/bench.perf

prints for each part of the work what share of its samples each of these has: SQLite's commit with the log's
writing and the disk, SQLite's statements, zstd, memory and reference counts, and the rest, which is
our own code and GRDB's. What waits for the disk has no samples.
"""

import collections
import re
import subprocess
import sys

# A part of the work, and a function that is on the stack during it and during no other part.
PARTS = [
    ("plain SQLite", "Plain.insert"),
    ("plain SQLite, updates", "Plain.edit"),
    ("device: local write", "Replica.edit"),
    ("device: collect", "Replica.collectPending"),
    ("device: acknowledge", "Acknowledging.run"),
    ("device: apply", "Applying.run"),
    ("device: commit of an answer", "Replica.apply("),
    ("hub: merge and admit", "HubWriting.admit"),
    ("hub: collect", "Collecting.run"),
    ("hub: the rest and its commit", "SQLiteHubStore.write"),
    ("wire: compress", "Compression.compress"),
    ("wire: compress in parts", "Parts.compress"),
]

KINDS = ["commit", "statements", "zstd", "memory", "rest"]
MEMORY = re.compile(
    r"malloc|_int_free|\bcfree|\bfree\b|calloc|realloc|swift_(retain|release|allocObject|dealloc|bridgeObject)"
    r"|RefCount|unlink_chunk|_ContiguousArrayStorage.*dealloc|_swift_release_dealloc")
FRAME = re.compile(r"\s*[0-9a-f]+ (.*) \((.*)\)$")


def stacks(file):
    """Each sample as its functions and their libraries, from the innermost."""
    script = subprocess.run(
        ["perf", "script", "-i", file, "-F", "ip,sym,dso", "--no-inline"],
        capture_output=True, text=True, errors="replace").stdout
    names = subprocess.run(
        ["swift", "demangle", "--simplified"], input=script, capture_output=True, text=True).stdout
    stack = []
    for line in names.splitlines() + [""]:
        if found := FRAME.match(line):
            stack.append(found.groups())
        elif stack:
            yield stack
            stack = []


def kind(stack):
    functions = [function for function, _ in stack]
    if any("sqlite3PagerCommitPhase" in name or "sqlite3WalCheckpoint" in name for name in functions):
        return "commit"
    if MEMORY.search(functions[0]) and "sqlite" not in stack[1][1]:
        return "memory"
    for _, library in stack:
        if "libzstd" in library:
            return "zstd"
        if "libsqlite3" in library:
            return "statements"
    return "rest"


def main():
    parts = collections.defaultdict(collections.Counter)
    total = 0
    for stack in stacks(sys.argv[1]):
        total += 1
        for part, mark in PARTS:
            if any(mark in function for function, _ in stack):
                parts[part][kind(stack)] += 1
                break
    print(f"{'part':<30}{'of all':>8}" + "".join(f"{name:>12}" for name in KINDS))
    for part, _ in PARTS:
        samples = sum(parts[part].values())
        if samples < 20:
            continue
        shares = "".join(f"{100 * parts[part][name] / samples:>10.0f} %" for name in KINDS)
        print(f"{part:<30}{100 * samples / total:>6.1f} %{shares}")


main()
