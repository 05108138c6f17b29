import {
  ask,
  expectAccessible,
  live,
  newPerson,
  openChat,
  type Person,
  picture,
  say,
  secondDevice,
  tokenOf,
} from "./people";
import { devices, expect, test } from "./test";
import { chatLink, footer, inChat, inThread, openThread, pair, pane, reply, threadsLink } from "./threads";
import { finger } from "./touch";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test.describe.configure({ timeout: 150_000 });

/** Counts what this page asks, by operation. */
function askedBy({ page }: Person): Map<string, number> {
  const asked = new Map<string, number>();
  page.on("request", (request) => {
    const name = request.method() === "POST" ? request.postDataJSON()?.operationName : undefined;
    if (name) asked.set(name, (asked.get(name) ?? 0) + 1);
  });
  return asked;
}

test("replies in a thread are seen by both at once, in the thread and in short in the chat, and are there after a reload", async ({
  browser,
}) => {
  const text = "Who brings the music stands?";
  const { ada, ben } = await pair(browser, text);
  await openThread(ben, text);
  await expect(pane(ben).getByText("No replies yet")).toBeVisible();
  await reply(ben, "I can bring four.");
  await expect(inChat(ada, "Ben Okafor replied in a thread: I can bring four.")).toBeVisible();
  await expect(inChat(ben, "You replied in a thread: I can bring four.")).toBeVisible();
  await expect(footer(ada, text)).toContainText("1 reply");
  await footer(ada, text).click();
  await expect(inThread(ada, "I can bring four.")).toBeVisible();
  await reply(ada, "Then we need two more.");
  await expect(inThread(ben, "Then we need two more.")).toBeVisible();
  for (const person of [ada, ben]) {
    await expect(footer(person, text)).toContainText("2 replies");
    await expect(pane(person).getByText("2 replies")).toBeVisible();
  }
  await picture(ada.page, "thread");
  for (const person of [ada, ben]) await expectAccessible(person.page);

  // Edited, reacted to and removed as any other message.
  await inThread(ada, "Then we need two more.").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Edit" }).click();
  await pane(ada).getByLabel("Reply in the thread").fill("Then we need three more.");
  await pane(ada).getByLabel("Reply in the thread").press("Enter");
  await expect(inThread(ben, "Then we need three more.")).toContainText("edited");
  await expect(inChat(ben, "Ada Lovelace replied in a thread: Then we need three more.")).toBeVisible();
  await inThread(ben, "three more").press("Enter");
  await ben.page.getByRole("menuitem", { name: /^React with 👍/ }).click();
  await expect(inThread(ada, "three more").getByRole("button", { name: /👍/ })).toBeVisible();

  for (const person of [ada, ben]) {
    const asked = askedBy(person);
    await person.page.reload();
    await live(person);
    await expect(inThread(person, "I can bring four.")).toBeVisible();
    await expect(inThread(person, "Then we need three more.")).toBeVisible();
    await expect(footer(person, text)).toContainText("2 replies");
    await expect(inThread(person, "three more").getByRole("button", { name: /👍/ })).toBeVisible();
    // Once more where the copy of the chat that this device keeps was replaced meanwhile.
    expect(asked.get("Replies")).toBeLessThanOrEqual(2);
    expect(asked.get("OwnThreads")).toBe(1);
  }
  await inThread(ben, "I can bring four.").press("Enter");
  await ben.page.getByRole("menuitem", { name: "Remove" }).click();
  await pane(ben).getByRole("button", { name: "Close" }).click();
  await expect(inThread(ada, "Message removed")).toBeVisible();
  await expect(inChat(ada, "Ben Okafor replied in a thread: Message removed")).toBeVisible();
});

test("messages and replies of others cause no question", async ({ browser }) => {
  const text = "Count with me";
  const { ada, ben } = await pair(browser, text);
  await openThread(ben, text);
  await reply(ben, "one");
  await footer(ada, text).click();
  await expect(inThread(ada, "one")).toBeVisible();
  const asked = askedBy(ada);
  for (const number of ["two", "three", "four"]) await reply(ben, number);
  await say(ben, "aside");
  // On its way it has no menu yet.
  await expect(inChat(ada, "aside")).toBeVisible();
  await openThread(ben, "aside");
  await reply(ben, "to the aside");
  await expect(inThread(ada, "four")).toBeVisible();
  await expect(footer(ada, "aside")).toContainText("1 reply");
  for (const operation of ["Messages", "Replies", "ThreadRoot", "OwnThreads", "OwnThread", "ViewerState"])
    expect(asked.get(operation), operation).toBeUndefined();
});

test("offline one replies, sees it wait in the thread and in the chat, and it is sent when the network returns", async ({
  browser,
}) => {
  const text = "Into the tunnel";
  const { ada, ben } = await pair(browser, text);
  await openThread(ben, text);
  await reply(ben, "before");
  await ben.page.context().setOffline(true);
  await expect(ben.page.getByText(/^Offline\./)).toBeVisible();
  await reply(ben, "inside");
  await expect(inThread(ben, "inside")).toContainText("Waiting for the network");
  await expect(inChat(ben, "You replied in a thread: inside")).toContainText("Waiting for the network");
  await pane(ben).getByLabel("Reply in the thread").fill("half a thou");
  await picture(ben.page, "thread-offline");
  await ben.page.context().setOffline(false);
  await footer(ada, text).click();
  await expect(inThread(ada, "inside")).toBeVisible({ timeout: 40_000 });
  await expect(inThread(ben, "inside")).not.toContainText("Waiting");
  await expect(footer(ben, text)).toContainText("2 replies");

  // What is begun in the thread waits there, also over a reload; the chat has its own.
  await ben.page.context().route("**/sender/graphql", (route) => route.abort());
  await reply(ben, "kept over a reload");
  await pane(ben).getByLabel("Reply in the thread").fill("half a thought");
  await expect(ben.page.getByLabel("Message", { exact: true })).toHaveValue("");
  await ben.page.waitForTimeout(400);
  await ben.page.reload();
  await expect(inThread(ben, "kept over a reload")).toBeVisible();
  await expect(pane(ben).getByLabel("Reply in the thread")).toHaveValue("half a thought");
  await ben.page.context().unroute("**/sender/graphql");
  await expect(inThread(ada, "kept over a reload")).toBeVisible({ timeout: 40_000 });
});

test("what is unread in a thread is counted, and read with the thread or with the chat on another device", async ({
  browser,
}) => {
  const text = "Where do we meet?";
  const { ada, ben } = await pair(browser, text);
  await say(ben, "And what about the keys?");
  await expect(inChat(ada, "And what about the keys?")).toBeVisible();
  const other = await secondDevice(browser, "2", ada);
  await live(other);
  // Nobody looks at the chat on either device.
  await ada.page.goto("/profile");
  await live(ada);
  await openThread(ben, text);
  await reply(ben, "At the church.");
  await reply(ben, "Or behind it.");
  for (const device of [ada, other]) {
    await expect(threadsLink(device).getByRole("img", { name: "1 thread with unread replies" })).toBeVisible();
    await expect(chatLink(device).getByRole("img", { name: "2 unread" })).toBeVisible();
  }
  // By the thread, from the list of threads. On a phone the chat is not seen with it, and stays unread.
  await other.page.setViewportSize({ width: 400, height: 800 });
  await threadsLink(other).click();
  const row = other.page.getByRole("main").getByRole("link", { name: /Evening choir/ });
  await expect(row.getByRole("img", { name: "2 unread" })).toBeVisible();
  await picture(other.page, "threads-phone");
  await expectAccessible(other.page);
  await row.click();
  await expect(inThread(other, "Or behind it.")).toBeVisible();
  await expect(threadsLink(ada).getByRole("img")).toHaveCount(0);
  await expect(chatLink(ada).getByRole("img", { name: "2 unread" })).toBeVisible();
  // An own reply is not new to oneself, and moves no mark of the chat.
  await reply(other, "Behind it, then.");
  await expect(inChat(ben, "Behind it, then.")).toBeVisible();
  await expect(chatLink(ada).getByRole("img", { name: "2 unread" })).toBeVisible();
  await ada.page.reload();
  await expect(chatLink(ada).getByRole("img", { name: "2 unread" })).toBeVisible();
  await expect(threadsLink(ada).getByRole("img")).toHaveCount(0);

  // And by the chat.
  await other.page.goto("/profile");
  await other.page.setViewportSize({ width: 1280, height: 800 });
  await reply(ben, "See you there.");
  for (const device of [ada, other]) {
    await expect(threadsLink(device).getByRole("img", { name: "1 thread with unread replies" })).toBeVisible();
  }
  await chatLink(other).click();
  await expect(footer(other, text)).toBeVisible();
  await expect(footer(other, text).getByRole("img", { name: /unread/ })).toHaveCount(0);
  for (const device of [ada, other]) {
    await expect(threadsLink(device).getByRole("img")).toHaveCount(0);
    await expect(chatLink(device).getByRole("img", { name: /unread/ })).toHaveCount(0);
  }
});

test("a thread is followed and left by hand, and stands in the list of threads or not", async ({ browser }) => {
  const text = "Minutes of the last meeting";
  const { ada, ben } = await pair(browser, text);
  const cleo = await newPerson(browser, "2", "Cleo Marsh");
  await ada.page.getByRole("button", { name: "Chat details" }).click();
  await ada.page.getByRole("button", { name: "Add participants" }).click();
  await ada.page.getByLabel("Find people").fill(cleo.username);
  await ada.page.getByRole("button", { name: "Add Cleo Marsh" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Add participants" }).click();
  await openThread(ben, text);
  await reply(ben, "Page two is missing.");
  // Who only reads follows nothing.
  await openChat(cleo, "Evening choir");
  await footer(cleo, text).click();
  await expect(pane(cleo).getByRole("button", { name: "Follow", exact: true })).toBeVisible();
  await threadsLink(cleo).click();
  await expect(cleo.page.getByRole("heading", { name: "You follow no threads" })).toBeVisible();
  await expectAccessible(cleo.page);
  await openChat(cleo, "Evening choir");
  await footer(cleo, text).click();
  await pane(cleo).getByRole("button", { name: "Follow", exact: true }).click();
  await expect(pane(cleo).getByRole("button", { name: /^Following/ })).toBeVisible();
  await threadsLink(cleo).click();
  await expect(cleo.page.getByRole("main").getByRole("link", { name: /Page|Minutes/ })).toBeVisible();
  await reply(ben, "And page three.");
  await expect(threadsLink(cleo).getByRole("img", { name: "1 thread with unread replies" })).toBeVisible();
  await cleo.page.getByRole("switch", { name: "Unread first" }).click();
  await expect(cleo.page.getByRole("main").getByRole("link")).toContainText("2 replies");
  await picture(cleo.page, "threads");
  await expectAccessible(cleo.page);
  await cleo.page.getByRole("main").getByRole("link").click();
  await expect(inThread(cleo, "And page three.")).toBeVisible();
  await expect(threadsLink(cleo).getByRole("img")).toHaveCount(0);
  await pane(cleo)
    .getByRole("button", { name: /^Following/ })
    .click();
  await expect(pane(cleo).getByRole("button", { name: "Follow", exact: true })).toBeVisible();
  await cleo.page.reload();
  await expect(pane(cleo).getByRole("button", { name: "Follow", exact: true })).toBeVisible();

  // Where threads are turned off they are read, and nothing offers a reply.
  await ada.page.getByRole("button", { name: "Change name and description" }).click();
  await ada.page.getByRole("switch", { name: "Allow threads" }).click();
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(pane(cleo).getByText("Threads are turned off in this chat.")).toBeVisible();
  await expect(pane(cleo).getByLabel("Reply in the thread")).toHaveCount(0);
  await inChat(cleo, text).first().press("Enter");
  await expect(cleo.page.getByRole("menuitem", { name: "Reply", exact: true })).toBeVisible();
  await expect(cleo.page.getByRole("menuitem", { name: "Reply in thread" })).toHaveCount(0);
});

test("with nothing but a keyboard one opens a thread, replies, reads on and comes back", async ({ browser }) => {
  const text = "No mouse today";
  const { ada, ben } = await pair(browser, text);
  const { page } = ben;
  const field = page.getByLabel("Message", { exact: true });
  await field.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowUp");
  await expect(inChat(ben, text)).toBeFocused();
  await page.keyboard.press("t");
  await expect(pane(ben).getByLabel("Reply in the thread")).toBeFocused();
  await page.keyboard.type("Keys are enough.");
  await page.keyboard.press("Enter");
  await expect(inChat(ada, "Ben Okafor replied in a thread: Keys are enough.")).toBeVisible();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowUp");
  await expect(inThread(ben, "Keys are enough.")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(inThread(ben, text)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(pane(ben)).toHaveCount(0);
  await expect(field).toBeFocused();
  // The line in the chat leads to the reply.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowUp");
  await expect(inChat(ben, "Keys are enough.")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(inThread(ben, "Keys are enough.")).toHaveAttribute("data-highlighted");
  await expect(page).toHaveURL(/\/thread\/.*at=/);
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "Messages" }).press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText("Open the thread of a message");
});

test("with a finger one opens a thread in the place of the chat, replies, and goes back", async ({ browser }) => {
  const text = "Sent from the bus";
  const { ada, ben } = await pair(browser, text, phone);
  const { page } = ben;
  await finger(page, inChat(ben, text).getByText(text), { rest: 700 });
  await page.getByRole("menuitem", { name: "Reply in thread" }).tap();
  await expect(pane(ben)).toBeVisible();
  await reply(ben, "On my way.");
  await expect(inChat(ada, "Ben Okafor replied in a thread: On my way.")).toBeVisible();
  await picture(page, "thread-phone");
  await expectAccessible(page);
  // What is covered is not read.
  await say(ada, "Something else");
  await page.waitForTimeout(1_500);
  await expect(inChat(ada, "Something else").getByRole("img", { name: /^(Sent|Delivered)$/ })).toBeVisible();
  await page.getByRole("button", { name: "Back to the chat" }).tap();
  await expect(inChat(ben, "Something else")).toBeVisible();
  await expect(inChat(ada, "Something else").getByRole("img", { name: "Read" })).toBeVisible();
  const box = (await footer(ben, text).boundingBox())!;
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
  await picture(page, "thread-footer-phone");
  await inChat(ben, "On my way.").getByRole("button").tap();
  await expect(inThread(ben, "On my way.")).toBeVisible();
});

test("a long thread begins at its end, is read by pages up to what it answers, and is entered at the reply one comes for", async ({
  browser,
}) => {
  const text = "Roll call";
  const { ada, ben } = await pair(browser, text);
  await openThread(ben, text);
  await reply(ben, "number 1.");
  const [, , chatId, , threadRootId] = new URL(ben.page.url()).pathname.split("/");
  const token = await tokenOf(ben);
  const create = "mutation ($input: CreateMessageInput!) { createMessage(input: $input) { cursor } }";
  for (let number = 2; number <= 130; number += 1) {
    const input = { chatId, threadRootId, content: `number ${number}.` };
    await ask(ben, "sender", create, { input }, token);
    // Between the replies stands something else: their numbers have gaps.
    if (number % 10 === 0) await ask(ben, "sender", create, { input: { chatId, content: "aside" } }, token);
  }
  const { page } = ada;
  await ada.page.goto(`/chats/${chatId}/thread/${threadRootId}`);
  await live(ada);
  await expect(inThread(ada, "number 130.")).toBeVisible();
  const replies = page.getByRole("region", { name: "Replies", exact: true });
  await expect(async () => {
    await replies.evaluate((list) => list.scrollTo(0, 0));
    await expect(inThread(ada, text)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 40_000 });
  const seen = await replies.evaluate(async (list) => {
    const numbers = new Set<number>();
    for (const until = Date.now() + 30_000; !numbers.has(130) && Date.now() < until; ) {
      for (const row of list.querySelectorAll("article")) {
        const number = /number (\d+)\./.exec(row.textContent ?? "")?.[1];
        if (number) numbers.add(Number(number));
      }
      list.scrollBy(0, 250);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 40)));
    }
    return [...numbers];
  });
  expect(seen).toEqual(Array.from({ length: 130 }, (_, index) => index + 1));

  // One of them, from its line in the chat.
  await page.reload();
  await expect(inThread(ada, "number 130.")).toBeVisible();
  const { message: first } = await ask(
    ben,
    "receiver",
    "query ($chatId: ID!, $rootId: ID!) { message: thread(chatId: $chatId, rootId: $rootId) { replies(first: 5) { nodes { id content } } } }",
    { chatId, rootId: threadRootId },
    token,
  );
  const { id, content } = first.replies.nodes[3];
  await page.goto(`/chats/${chatId}/thread/${threadRootId}?at=${id}`);
  await expect(inThread(ada, content)).toHaveAttribute("data-highlighted");
  await expect(inThread(ada, text)).toBeVisible();
  await pane(ada)
    .getByRole("button", { name: /^Go to the newest/ })
    .click();
  await expect(inThread(ada, "number 130.")).toBeVisible();
});

test("a thread stands beside the chat or in its place on every width, in light and dark, and on the other side in Arabic", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const text =
    "A fine evening, and a question that is long enough to need a second line on any screen: who sings what?";
  const { ada, ben } = await pair(browser, text, { colorScheme: "dark" });
  await openThread(ben, text);
  for (let number = 1; number <= 12; number += 1) await reply(ben, `reply number ${number}.`);
  await footer(ada, text).click();
  await reply(ada, "All of you sing everything.");
  for (const width of [360, 768, 1024, 1280]) {
    for (const person of [ada, ben]) {
      await person.page.setViewportSize({ width, height: 800 });
      await expect(inThread(person, "All of you sing everything.")).toBeVisible();
      const over = await person.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(over, String(width)).toBe(false);
      await expectAccessible(person.page);
    }
    await picture(ben.page, `thread-dark-${width}`);
    await picture(ada.page, `thread-light-${width}`);
  }
  const { page } = ada;
  await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  const aside = page.getByRole("complementary", { name: "سلسلة ردود" });
  await expect(aside.getByRole("article").filter({ hasText: "All of you" })).toBeVisible();
  const box = (await aside.boundingBox())!;
  expect(box.x, "on the left of the chat").toBeLessThan(400);
  await picture(page, "thread-arabic");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 800 });
  await picture(page, "thread-arabic-360");
  await expectAccessible(page);
});
