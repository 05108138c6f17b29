import { openDoor } from "./door";
import { live, message, newPerson, openChat, picture, say, startDirect, startGroup } from "./people";
import { everythingOnScreen } from "./screen";
import { type Browser, expect, type Page, test } from "./test";

/** Counts what reaches a page by each way. */
function watchWays(page: Page) {
  const counts = { frames: 0, streams: 0, rounds: 0 };
  page.on("websocket", (socket) => {
    socket.on("framereceived", () => {
      counts.frames += 1;
    });
  });
  page.on("response", (response) => {
    if (response.headers()["content-type"] === "text/event-stream") counts.streams += 1;
    if (response.ok() && response.request().postData()?.includes("FeedPositions")) counts.rounds += 1;
  });
  return counts;
}

/** Ada says something to Ben, whom no socket reaches, and a stream only if `streams`. `tell` keeps what she says. */
async function throughDoor(browser: Browser, { streams }: { streams: boolean }) {
  const door = await openDoor();
  door.sockets = false;
  door.streams = streams;
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", { baseURL: door.url });
  const ways = watchWays(ben.page);
  const said: string[] = [];
  const tell = async (text: string) => {
    await say(ada, text);
    said.push(text);
  };
  await live(ben);
  await startDirect(ada, ben);
  await tell("does this get through?");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "does this get through?")).toBeVisible();
  return { door, ada, ben, ways, said, tell };
}

test("where no socket gets through a stream of events does, and none is lost from one way to the other", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const { door, ada, ben, ways, said, tell } = await throughDoor(browser, { streams: true });
  // What polling does not tell. The first word of it was told when the message was written.
  await ada.page.waitForTimeout(3_100);
  await ada.page.getByLabel("Message", { exact: true }).pressSequentially("I am", { delay: 40 });
  await expect(ben.page.getByRole("main").getByText("Ada Lovelace is typing…")).toBeVisible();
  for (let number = 1; number <= 5; number += 1) await tell(`streamed ${number}`);
  await expect(message(ben, "streamed 5")).toBeVisible();
  expect(ways).toEqual({ frames: 0, streams: 1, rounds: 0 });

  // Connections break, and a stricter network comes in their place.
  door.streams = false;
  door.cut();
  for (let number = 1; ways.rounds === 0; number += 1) {
    await tell(`while it is cut ${number}`);
    await ben.page.waitForTimeout(250);
  }
  await tell("asked for");
  await expect(message(ben, "asked for")).toBeVisible();
  expect(ways.frames).toBe(0);

  // It opens up again, one way after the other.
  door.streams = true;
  for (let number = 1, before = ways.streams; ways.streams === before; number += 1) {
    await tell(`while it opens ${number}`);
    await ben.page.waitForTimeout(1_000);
  }
  door.sockets = true;
  for (let number = 1; ways.frames === 0; number += 1) {
    await tell(`while it opens further ${number}`);
    await ben.page.waitForTimeout(1_000);
  }
  await tell("over the socket");
  await expect(message(ben, "over the socket")).toBeVisible();
  await live(ben);
  expect(await everythingOnScreen(ben.page)).toEqual(said);
  await ben.page.context().close();
  await door.close();
});

test("where no socket and no stream gets through messages still arrive, and none is lost from one way to the other", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const { door, ada, ben, ways, said, tell } = await throughDoor(browser, { streams: false });
  await message(ada, "does this get through?").hover();
  await message(ada, "does this get through?")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ada.page.getByRole("menuitem", { name: "Edit" }).click();
  await ada.page.getByLabel("Message", { exact: true }).fill("this gets through");
  await ada.page.getByLabel("Message", { exact: true }).press("Enter");
  said[0] = "this gets through";
  await expect(message(ben, "this gets through")).toContainText("edited");
  // A chat that begins while there is nothing but asking.
  await startGroup(ada, "Evening choir", [ben]);
  await expect(ben.page.getByRole("navigation").getByRole("link", { name: "Evening choir" })).toBeVisible();
  await openChat(ada, "Ben Okafor");
  for (let number = 1; number <= 5; number += 1) await tell(`asked for ${number}`);
  await expect(message(ben, "asked for 5")).toBeVisible();
  await picture(ben.page, "polling");
  expect(ways).toMatchObject({ frames: 0, streams: 0 });

  // The network opens up: the better way takes over, in the middle of a talk.
  door.sockets = true;
  for (let number = 1; ways.frames === 0; number += 1) {
    await tell(`while it changes ${number}`);
    await ben.page.waitForTimeout(250);
  }
  await tell("over the socket");
  await expect(message(ben, "over the socket")).toBeVisible();
  await live(ben);
  expect(await everythingOnScreen(ben.page)).toEqual(said);
  await ben.page.context().close();
  await door.close();
});
