"""Whose question is answered next. What a question costs is measured, not guessed: short ones never wait for long ones.

A question begins as a short one. One that takes longer than SHORT is a long one: it goes on if there is room for it, with
less of the processor, or else it is broken off and waits for its turn among the long ones. Long ones never take all
places. Among those who wait comes first the client who has had the least time lately.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass
from itertools import chain

from kg.sparql.protocol import Refused

SHORT = 0.5  # seconds
HALF = 30.0  # seconds after which time that a client has had counts half
CLIENTS = 4096  # that are remembered
BUSY = "busy: {} questions wait already; ask again later"


@dataclass(eq=False)
class Turn:
    """A question of a client that waits for its turn, or has it."""

    client: str
    long: bool = False
    broken_off: bool = False  # it was no short one, and waits anew


class Turns:
    """So many places for questions, and for so many more room to wait, for short ones and for long ones each."""

    def __init__(self, places: int, room: int) -> None:
        self.free, self.room = places, room
        self.most = max(1, places - max(1, places // 4))  # long ones at once
        self.share = max(1, self.most - 1)  # of one client: another finds a place
        self.long: Counter[str] = Counter()  # long ones that have their turn, by client
        self.waiting: dict[bool, dict[str, deque[tuple[Turn, asyncio.Future[None]]]]] = {False: {}, True: {}}
        self.had: dict[str, tuple[float, float]] = {}  # the time that a client has had, and when that was said

    async def take(self, turn: Turn) -> None:
        """Wait for a turn. Raises Refused if too many wait already; who has most that wait gives way to others."""
        lane = self.waiting[turn.long]
        if sum(map(len, lane.values())) >= self.room:
            most = max(lane, key=lambda client: len(lane[client]))
            if len(lane[most]) <= len(lane.get(turn.client, ())) + 1:
                raise Refused(503, BUSY.format(self.room))
            last = self._leave(*lane[most][-1])
            if not last.done():
                last.set_exception(Refused(503, BUSY.format(self.room)))
        ready = asyncio.get_running_loop().create_future()
        lane.setdefault(turn.client, deque()).append((turn, ready))
        self._next()
        try:
            await ready
        except asyncio.CancelledError:
            if ready.done() and not ready.cancelled() and not ready.exception():  # it came in the same moment
                self.give(turn, 0)
            elif turn.client in lane and (turn, ready) in lane[turn.client]:
                self._leave(turn, ready)
            raise

    def give(self, turn: Turn, seconds: float) -> None:
        """The turn is over, after so many seconds."""
        if turn.long:
            self.long[turn.client] -= 1
            self.long += Counter()  # forget those who have none
        self.free += 1
        now = time.monotonic()
        if len(self.had) >= CLIENTS:
            for client in sorted(self.had, key=lambda client: self.time_of(client, now))[: CLIENTS // 2]:
                del self.had[client]
        self.had[turn.client] = (self.time_of(turn.client, now) + seconds, now)
        self._next()

    def goes_on(self, turn: Turn) -> bool:
        """Whether a question that is no short one may go on as a long one, because there is room and nobody waits for it."""
        turn.long = not self.waiting[True] and self._may(turn.client)
        self.long[turn.client] += turn.long
        return turn.long

    def time_of(self, client: str, now: float) -> float:
        """The time that a client has had lately, in seconds: what is longer ago counts less."""
        seconds, at = self.had.get(client, (0.0, now))
        return float(seconds * 2 ** ((at - now) / HALF))

    def _may(self, client: str) -> bool:
        return self.long.total() < self.most and self.long[client] < self.share

    def _next(self) -> None:
        """Give turns as long as there are places, and questions that may have one."""
        now = time.monotonic()
        while self.free:
            able = chain(
                ((self.time_of(client, now), False, client) for client in self.waiting[False]),
                ((self.time_of(client, now), True, client) for client in self.waiting[True] if self._may(client)),
            )
            first = min(able, key=lambda one: one[:2], default=None)  # of equals who came first
            if first is None:
                return
            _, long, client = first
            turn, ready = self.waiting[long][client][0]
            self._leave(turn, ready)
            if not ready.done():  # else who asked has just given up
                self.free -= 1
                self.long[client] += long
                ready.set_result(None)

    def _leave(self, turn: Turn, ready: asyncio.Future[None]) -> asyncio.Future[None]:
        """No longer wait."""
        lane = self.waiting[turn.long]
        lane[turn.client].remove((turn, ready))
        if not lane[turn.client]:
            del lane[turn.client]
        return ready
