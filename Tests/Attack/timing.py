"""Whether somebody with a clock can tell two kinds of question apart."""

import math
import time


def seconds(line, method, path, body, headers):
    """Of one request and its answer, on a connection that stands already."""
    line.connect()
    began = time.perf_counter()
    line.request(method, path, body, headers)
    answer = line.getresponse()
    answer.read()
    taken = time.perf_counter() - began
    line.close()
    return answer.status, taken


def in_turns(first, second, rounds, dice):
    """What both give, asked in pairs whose order is drawn: (status, seconds) of each."""
    given = ([], [])
    for round in range(rounds):
        pair = [(0, first), (1, second)]
        dice.shuffle(pair)
        for which, ask in pair:
            given[which].append(ask(round))
    return given


def share(first, second):
    """How often a time of the first is above one of the second; a half, when nothing tells them apart.

    Mann and Whitney's U over its greatest value: not moved by the few answers that took long.
    """
    higher = sum((a > b) + (a == b) / 2 for a in first for b in second)
    return higher / (len(first) * len(second))


def doubt(count):
    """By how much the share of two like samples of `count` differs from a half: five deviations."""
    return 5 * math.sqrt((2 * count + 1) / (12 * count * count))
