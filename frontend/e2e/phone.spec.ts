import { expectAccessible, live, message, newPerson, openChat, picture, say, startDirect } from "./people";
import { devices, expect, test } from "./test";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test("on a phone there is one pane, and a way back", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", phone);
  const ben = await newPerson(browser, "2", "Ben Okafor", { ...phone, colorScheme: "dark" });
  await picture(ada.page, "phone-empty");
  await expectAccessible(ada.page);
  await startDirect(ada, ben);
  await expect(ada.page.getByRole("heading", { name: "Chats", exact: true })).toBeHidden();
  await say(ada, "Sent from the bus. It is a long message, so that it has to wrap in a narrow bubble.");
  await live(ben);
  await picture(ben.page, "phone-list-dark");
  await expectAccessible(ben.page);
  await openChat(ben, "Ada Lovelace");
  await say(ben, "Read on the train.");
  await expect(message(ada, "Read on the train.")).toBeVisible();
  await picture(ada.page, "phone-chat");
  await picture(ben.page, "phone-chat-dark");
  await expectAccessible(ada.page);
  await expectAccessible(ben.page);

  // Half of the screen goes to the keyboard: what was being read is still there.
  for (let line = 1; line <= 12; line += 1) await say(ben, `Stop ${line} of 12`);
  await expect(message(ada, "Stop 12 of 12")).toBeInViewport();
  const { width, height } = ada.page.viewportSize()!;
  await ada.page.setViewportSize({ width, height: Math.round(height / 2) });
  await expect(message(ada, "Stop 12 of 12")).toBeInViewport({ ratio: 1 });
  await ada.page.setViewportSize({ width, height });
  await expect(message(ada, "Stop 12 of 12")).toBeInViewport({ ratio: 1 });
  await expect(ada.page.getByRole("button", { name: /^Go to the newest/ })).toHaveCount(0);

  // What can be done with a message shows when it is tapped.
  const more = message(ada, "Stop 12 of 12").getByRole("button", { name: /^Actions/ });
  await message(ada, "Stop 12 of 12").getByText("Stop 12 of 12").tap();
  await more.tap();
  await picture(ada.page, "phone-menu");
  await ada.page.getByRole("menuitem", { name: "Reply", exact: true }).tap();
  await expect(ada.page.getByText("Replying to Ben Okafor")).toBeVisible();
  await ada.page.getByRole("button", { name: "Cancel reply" }).tap();

  await ada.page.context().setOffline(true);
  await expect(ada.page.getByRole("main").getByText("Waiting for the network")).toBeVisible();
  await picture(ada.page, "phone-offline");
  await ada.page.context().setOffline(false);
  await expect(ada.page.getByRole("main").getByText("Waiting for the network")).toHaveCount(0);

  await ada.page.getByRole("button", { name: "Chat details" }).click();
  await expect(ada.page.getByRole("complementary")).toBeVisible();
  await picture(ada.page, "phone-details");
  await ada.page.getByRole("button", { name: "Close" }).click();
  await ada.page.getByRole("button", { name: "Back to chats" }).click();
  await expect(ada.page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
});
