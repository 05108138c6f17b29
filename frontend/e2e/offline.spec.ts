import { live, message, newPerson, openChat, picture, say, startDirect } from "./people";
import { expect, test } from "./test";

test("messages written offline are sent in order, once, when the network returns", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "before the tunnel");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "before the tunnel")).toBeVisible();

  await ada.page.context().setOffline(true);
  await expect(ada.page.getByText(/^Offline\..* You see everything up to \d\d:\d\d\.$/)).toBeVisible();
  for (const text of ["tunnel one", "tunnel two", "tunnel three"]) await say(ada, text);
  await expect(message(ada, "tunnel three").getByRole("img", { name: "Waiting for the network" })).toBeVisible();
  await say(ben, "are you still there?");
  await picture(ada.page, "offline");

  await ada.page.context().setOffline(false);
  await expect(message(ada, "tunnel three").getByRole("img", { name: /Sent|Read/ })).toBeVisible({ timeout: 30_000 });
  await expect(message(ada, "are you still there?")).toBeVisible();
  await live(ada);
  await expect(message(ben, "tunnel")).toHaveCount(4);
  const texts = await message(ben, "tunnel").allInnerTexts();
  expect(texts.map((text) => /tunnel( \w+)?/.exec(text)?.[0])).toEqual([
    "tunnel",
    "tunnel one",
    "tunnel two",
    "tunnel three",
  ]);
});

test("unsent messages survive a reload of the tab", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "all is well");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "all is well")).toBeVisible();

  // The service that writes cannot be reached, while the page itself can.
  await ada.page.route("**/sender/graphql", (route) => route.abort());
  for (const text of ["kept one", "kept two", "kept three"]) await say(ada, text);
  await expect(message(ada, "kept three").getByRole("img", { name: "Sending" })).toBeVisible();
  await ada.page.reload();
  await expect(message(ada, "kept three").getByRole("img", { name: "Sending" })).toBeVisible();
  await ada.page.unroute("**/sender/graphql");
  await expect(message(ben, "kept three")).toBeVisible({ timeout: 30_000 });
  const texts = await message(ben, "kept").allInnerTexts();
  expect(texts.map((text) => /kept \w+/.exec(text)?.[0])).toEqual(["kept one", "kept two", "kept three"]);
});

test("a connection that is cut comes back by itself with what was missed", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "hello");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "hello")).toBeVisible();
  await ben.page.context().setOffline(true);
  await say(ada, "missed one");
  await say(ada, "missed two");
  await expect(message(ada, "missed two").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  await ben.page.context().setOffline(false);
  await expect(message(ben, "missed two")).toBeVisible({ timeout: 30_000 });
  await expect(message(ben, "missed")).toHaveCount(2);
});
