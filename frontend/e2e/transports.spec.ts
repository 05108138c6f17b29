import { expect, test } from "@playwright/test";
import { openDoor } from "./door";
import { live, message, newPerson, openChat, picture, say, startDirect, startGroup } from "./people";
import { everythingOnScreen } from "./screen";

test("where no socket and no stream gets through messages still arrive, and none is lost from one way to the other", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const door = await openDoor();
  door.sockets = false;
  door.streams = false;
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", { baseURL: door.url });
  const sockets: string[] = [];
  ben.page.on("websocket", (socket) => {
    socket.on("framereceived", () => sockets.push("a frame"));
  });
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
  expect(sockets).toEqual([]);

  // The network opens up: the better way takes over, in the middle of a talk.
  door.sockets = true;
  for (let number = 1; sockets.length === 0; number += 1) {
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
