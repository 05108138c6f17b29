import { expectAccessible, live, message, newPerson, openChat, picture, say, sayMany, startDirect } from "./people";
import { expect, test } from "./test";

test("F15, F33 to F38: how messages look, and how the list looks at them", async ({ browser }) => {
  test.setTimeout(120_000);
  const ada = await newPerson(browser, "1", "Ada Lovelace", { locale: "en-US" });
  const ben = await newPerson(browser, "2", "Ben Okafor", { colorScheme: "dark", locale: "en-US" });
  await startDirect(ada, ben);
  await expect(ada.page.getByRole("navigation").getByText("No messages yet")).toHaveCSS("font-style", "italic");
  const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join("\n");
  const plan = "# Plan\n~~old~~ www.example.org\n- a\n  - b\n- [x] done\n---\n|who|what|\n|-|-|\n|Ada|parts|";
  const code = `\`\`\`\n${"a long line of code ".repeat(20)}\n\`\`\``;
  await sayMany(ada, ["👍🎉", "שלום עולם", long, plan, code, "in between", "two"]);
  await expect(message(ada, "two")).toBeVisible();
  await live(ben);
  await openChat(ben, "Ada Lovelace");
  const { page } = ben;
  await expect(page.getByRole("main").getByText("New messages")).toBeVisible();

  // F35: a long text begins folded.
  const folded = message(ben, "line 39");
  await folded.getByRole("button", { name: "Show all" }).scrollIntoViewIfNeeded();
  const before = (await folded.boundingBox())!.height;
  expect(before).toBeLessThan(420);
  await folded.getByRole("button", { name: "Show all" }).click();
  await expect.poll(async () => (await folded.boundingBox())!.height).toBeGreaterThan(before + 300);
  await folded.getByRole("button", { name: "Show less" }).click();
  await expect.poll(async () => (await folded.boundingBox())!.height).toBeLessThan(420);

  // F33: few emoji alone are large.
  const emoji = message(ben, "👍🎉").getByText("👍🎉");
  expect(await emoji.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))).toBeGreaterThan(36);
  // F34: long code scrolls in its block, which can be reached; the rest is what it means.
  const block = message(ben, "a long line of code").locator("[data-wide]");
  expect(await block.evaluate((element) => element.scrollWidth > element.clientWidth + 100)).toBe(true);
  await expect(block).toHaveAttribute("tabindex", "0");
  const written = message(ben, "Plan");
  await expect(written.getByRole("strong")).toBeVisible();
  await expect(written.getByRole("deletion")).toHaveText("old");
  await expect(written.getByRole("link", { name: "www.example.org" })).toHaveAttribute(
    "href",
    "http://www.example.org",
  );
  await expect(written.getByRole("checkbox", { name: "done" })).toBeChecked();
  await expect(written.getByRole("list").first().getByRole("list").getByRole("listitem")).toHaveText("b");
  await expect(written.getByRole("row")).toHaveText([/who\s*what/, /Ada\s*parts/]);

  // F15, F39: the time stands in the direction of the page, whatever that of the text is.
  await say(ben, "שלום");
  const time = message(ben, "שלום").last().locator("time");
  await expect(time).toHaveText(/^[1-9]\d?:\d\d\s[AP]M$/);
  // Its row is drawn anew when the message has been sent.
  await expect(time).toHaveCSS("direction", "ltr");
  await expect(time).toHaveAttribute("title", /\d{4}/);
  // F37: who has answered has nothing new above.
  await expect(page.getByRole("main").getByText("New messages")).toHaveCount(0);
  // F36: one in the middle of a run tells its time when it is pointed at.
  const middle = message(ben, "in between").locator("time");
  await message(ben, "in between").hover();
  await expect(middle).toHaveText(/^[1-9]\d?:\d\d\s[AP]M$/);
  await expect(middle).toHaveAttribute("title", /\d{4}/);
  await expectAccessible(page);
  await picture(page, "bubbles-dark");
  await picture(ada.page, "bubbles");
  // F38: a message that is gone has come nowhere.
  await message(ada, "two").hover();
  await message(ada, "two")
    .getByRole("button", { name: /^Actions/ })
    .click();
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(message(ada, "Message removed").getByRole("img")).toHaveCount(0);
});
