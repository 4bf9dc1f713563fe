"""WebSub: a hub is told which feeds changed, and tells the readers that asked it to, so that these need not poll.

The hub of the setting `websub_hub` fetches the feeds itself; what is sent to it are addresses of feeds alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from content.house import House
from content.late import Late
from content.outbox import Parcel
from portal.delivering import NotDeliverable
from portal.settings import Settings

httpx = Late("httpx")
SECONDS = 20


@dataclass(frozen=True)
class Sender:
    """A `portal.delivering.Sender`; the receiver is the hub, the message the paths of its feeds."""

    base_url: str

    def send(self, parcel: Parcel) -> str:
        """Publishing as hubs understand it: `hub.mode=publish`, and `hub.url` for each feed."""
        feeds = [self.base_url.rstrip("/") + path for path in parcel.message["feeds"]]
        answer = httpx.post(parcel.receiver, data={"hub.mode": "publish", "hub.url": feeds}, timeout=SECONDS)
        if answer.status_code in (400, 403, 404, 410):
            raise NotDeliverable(f"the hub answers {answer.status_code}")
        if not answer.is_success:
            raise ConnectionError(f"the hub answers {answer.status_code}")
        return str(answer.status_code)


def sender_for(house: House, settings: Settings) -> Sender | None:
    """None while no hub is set."""
    return Sender(settings.base_url) if settings.websub_hub else None
