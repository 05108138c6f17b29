"""Subscribes to the inbox with Python's `gql`: a plain loop that reconnects with the newest cursors.

ANTIPHON_SOCKET=ws://127.0.0.1:8080/receiver/graphql ANTIPHON_TOKEN=... python follow_gql.py

Ends when its input ends.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import WebSocketException

INBOX = (Path(__file__).parent / "inbox.graphql").read_text()

cursors: dict[str, str] = {}


def say(**line):
    print(json.dumps(line), flush=True)


def apply(batch):
    """Prints every event of a batch as it comes; nothing sorts, counts or drops events."""
    if batch["reset"]:
        say(reset=batch["reset"])
    for event in batch["events"]:
        message = event.get("message", {}).get("id")
        say(feed=batch["feedId"], seq=event["seq"], kind=event["__typename"], message=message)
    cursors[batch["feedId"]] = batch["cursor"]
    if batch["caughtUp"]:
        say(caughtUp=True)


async def subscribe():
    transport = WebsocketsTransport(
        url=os.environ["ANTIPHON_SOCKET"],
        init_payload={"accessToken": os.environ["ANTIPHON_TOKEN"]},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=transport) as session:
        say(connected=True)
        request = GraphQLRequest(INBOX, variable_values={"after": list(cursors.values())})
        async for result in session.subscribe(request):
            apply(result["inbox"])


async def follow():
    while True:
        try:
            await subscribe()
        except (TransportError, WebSocketException, OSError, asyncio.TimeoutError) as cause:
            say(closed=repr(cause))
        await asyncio.sleep(0.3)


async def main():
    follower = asyncio.create_task(follow())
    loop = asyncio.get_running_loop()
    ended = loop.run_in_executor(None, sys.stdin.read)
    await asyncio.wait([follower, ended], return_when=asyncio.FIRST_COMPLETED)
    if follower.done():
        follower.result()
    os._exit(0)


asyncio.run(main())
