import {
  expectAccessible,
  live,
  message,
  newPerson,
  openChat,
  type Person,
  picture,
  say,
  startDirect,
  startGroup,
} from "./people";
import { type Browser, devices, expect, test } from "./test";
import { finger } from "./touch";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];

test.describe.configure({ timeout: 150_000 });

/** Two people in a group, which both have open, with something said by the first. */
async function pair(browser: Browser, text: string, options: Parameters<typeof newPerson>[3] = {}) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", options);
  await live(ben);
  await startGroup(ada, "Evening choir", [ben]);
  await say(ada, text);
  await openChat(ben, "Evening choir");
  await expect(message(ben, text)).toBeVisible();
  return { ada, ben };
}

/** The chip of an emoji below a message. */
const chip = (person: Person, text: string, emoji: string) =>
  message(person, text).getByRole("list", { name: "Reactions" }).getByRole("button", { name: emoji });

/** Reacts with an emoji that is looked for by name. */
async function react(person: Person, text: string, name: string): Promise<void> {
  const { page } = person;
  await message(person, text).hover();
  await message(person, text).getByRole("button", { name: "React", exact: true }).last().click();
  await page.getByRole("searchbox", { name: "Search emoji" }).fill(name);
  await page.getByRole("region", { name: "Results" }).getByRole("button", { name, exact: true }).click();
  await expect(page.getByRole("dialog", { name: "React" })).toHaveCount(0);
}

/** Counts what this page asks about reactions, by operation. */
function askedBy({ page }: Person): Map<string, number> {
  const asked = new Map<string, number>();
  page.on("request", (request) => {
    const name = request.method() === "POST" ? request.postDataJSON()?.operationName : undefined;
    if (name) asked.set(name, (asked.get(name) ?? 0) + 1);
  });
  return asked;
}

test("reactions are seen by both at once, counted right, and are there after a reload", async ({ browser }) => {
  const { ada, ben } = await pair(browser, "Rehearsal at seven?");
  const text = "Rehearsal at seven?";
  await react(ben, text, "thumbs up");
  await expect(chip(ada, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction");
  await expect(chip(ada, text, "👍")).toHaveAttribute("aria-pressed", "false");
  await expect(chip(ben, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction, including yours");
  await chip(ada, text, "👍").click();
  for (const person of [ada, ben]) {
    await expect(chip(person, text, "👍")).toHaveAccessibleName("👍 thumbs up, 2 reactions, including yours");
  }
  await react(ada, text, "party popper");
  await expect(chip(ben, text, "🎉")).toHaveAccessibleName("🎉 party popper, 1 reaction");
  await picture(ada.page, "reactions");
  for (const person of [ada, ben]) await expectAccessible(person.page);

  for (const person of [ada, ben]) {
    const asked = askedBy(person);
    await person.page.reload();
    await live(person);
    await expect(chip(person, text, "👍")).toHaveAccessibleName("👍 thumbs up, 2 reactions, including yours");
    await expect(chip(person, text, "🎉")).toBeVisible();
    expect(asked.get("ViewerState")).toBe(1);
  }
  await expect(chip(ada, text, "🎉")).toHaveAttribute("aria-pressed", "true");
  await expect(chip(ben, text, "🎉")).toHaveAttribute("aria-pressed", "false");

  await chip(ada, text, "🎉").click();
  for (const person of [ada, ben]) await expect(chip(person, text, "🎉")).toHaveCount(0);
  await chip(ben, text, "👍").click();
  await expect(chip(ada, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction, including yours");
  await expect(chip(ben, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction");
});

test("messages and reactions of others cause no question", async ({ browser }) => {
  const { ada, ben } = await pair(browser, "Count with me");
  await expect(message(ada, "Count with me")).toBeVisible();
  const asked = askedBy(ada);
  await react(ben, "Count with me", "thumbs up");
  for (let number = 1; number <= 5; number += 1) {
    await say(ben, `number ${number}`);
    await chip(ben, "Count with me", "👍").or(message(ben, "Count with me")).first().hover();
  }
  await react(ben, "number 5", "red heart");
  await expect(chip(ada, "number 5", "❤️")).toBeVisible();
  await expect(chip(ada, "Count with me", "👍")).toBeVisible();
  for (const operation of ["Messages", "ViewerState", "Reactions"])
    expect(asked.get(operation), operation).toBeUndefined();
});

test("offline a reaction is seen at once, sent when the network returns, and one that is taken back never is", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser, "Into the tunnel");
  const text = "Into the tunnel";
  await react(ben, text, "thumbs up");
  await expect(chip(ada, text, "👍")).toBeVisible();
  const asked = askedBy(ada);
  await ada.page.context().setOffline(true);
  await expect(ada.page.getByText(/^Offline\./)).toBeVisible();
  await chip(ada, text, "👍").click();
  await expect(chip(ada, text, "👍")).toHaveAccessibleName("👍 thumbs up, 2 reactions, including yours");
  await chip(ada, text, "👍").click();
  await expect(chip(ada, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction");
  await message(ada, text).press("Enter");
  await ada.page.getByRole("menuitem", { name: /^React with ❤️/ }).click();
  await expect(chip(ada, text, "❤️")).toHaveAttribute("aria-pressed", "true");
  // Meanwhile somebody else goes on.
  await react(ben, text, "party popper");
  asked.clear();
  await ada.page.context().setOffline(false);
  await expect(chip(ben, text, "❤️")).toHaveAccessibleName("❤️ red heart, 1 reaction", { timeout: 40_000 });
  await expect(chip(ada, text, "🎉")).toBeVisible({ timeout: 40_000 });
  await expect(chip(ada, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction");
  await expect(chip(ben, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction, including yours");
  expect(asked.get("RemoveReaction")).toBeUndefined();
});

test("a reaction that no service has taken yet outlives a reload, and signing out asks about it", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser, "Before the reload");
  const text = "Before the reload";
  await ada.page.context().route("**/sender/graphql", (route) => route.abort());
  await react(ada, text, "thumbs up");
  await expect(chip(ada, text, "👍")).toHaveAttribute("aria-pressed", "true");
  await ada.page.reload();
  await expect(chip(ada, text, "👍")).toHaveAccessibleName("👍 thumbs up, 1 reaction, including yours");
  await expect(chip(ben, text, "👍")).toHaveCount(0);
  await ada.page.getByRole("link", { name: "Profile" }).click();
  await ada.page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await expect(ada.page.getByRole("dialog")).toContainText("1 change has not been saved yet");
  await ada.page.keyboard.press("Escape");
  await ada.page.context().unroute("**/sender/graphql");
  await expect(chip(ben, text, "👍")).toBeVisible({ timeout: 40_000 });
});

test("one has each emoji once, in the tone that was chosen last, and sees who reacted in which", async ({
  browser,
}) => {
  const { ada, ben } = await pair(browser, "All hands");
  const text = "All hands";
  const { page } = ada;
  await message(ada, text).hover();
  await message(ada, text).getByRole("button", { name: "React", exact: true }).click();
  await page.getByRole("radio", { name: "Medium", exact: true }).check({ force: true });
  await page.getByRole("searchbox").fill("raising hands");
  await picture(page, "emoji-search");
  await page.keyboard.press("Enter");
  await expect(chip(ada, text, "🙌🏽")).toHaveAccessibleName("🙌🏽 raising hands, 1 reaction, including yours");
  // For everyone else it is one emoji.
  await expect(chip(ben, text, "🙌")).toHaveAccessibleName("🙌 raising hands, 1 reaction");
  await chip(ben, text, "🙌").click();
  await expect(chip(ada, text, "🙌🏽")).toHaveAccessibleName("🙌🏽 raising hands, 2 reactions, including yours");

  // Another tone takes the place of the first. The tone is remembered.
  await page.reload();
  await expect(chip(ada, text, "🙌🏽")).toHaveAttribute("aria-pressed", "true");
  await message(ada, text).hover();
  await message(ada, text).getByRole("button", { name: "React", exact: true }).last().click();
  await expect(page.getByRole("radio", { name: "Medium", exact: true })).toBeChecked();
  await page.getByRole("radio", { name: "Dark", exact: true }).check({ force: true });
  await page.getByRole("searchbox").fill("raising hands");
  await page.keyboard.press("Enter");
  await expect(chip(ada, text, "🙌🏿")).toHaveAccessibleName("🙌🏿 raising hands, 2 reactions, including yours");

  await chip(ada, text, "🙌🏿").click({ button: "right" });
  const dialog = page.getByRole("dialog", { name: "Who reacted" });
  // The latest first: hers is that of the new tone.
  await expect(dialog.getByRole("listitem")).toHaveText([/Ada Lovelace \(You\).*🙌🏿$/, /Ben Okafor.*🙌$/]);
  await picture(page, "who-reacted");
  await expectAccessible(page);
  await react(ben, text, "red heart");
  await expect(dialog.getByRole("button", { name: /❤️.*1 reaction/ })).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
});

test("with a message its reactions are gone, and where they are turned off nothing offers one", async ({ browser }) => {
  const { ada, ben } = await pair(browser, "Said too soon");
  await say(ada, "This one stays");
  await react(ben, "Said too soon", "thumbs up");
  await react(ben, "This one stays", "thumbs up");
  await expect(chip(ada, "Said too soon", "👍")).toBeVisible();
  await message(ada, "Said too soon").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(message(ben, "Message removed")).toBeVisible();
  await expect(message(ben, "Message removed").getByRole("list")).toHaveCount(0);
  await expect(message(ada, "Message removed").getByRole("list")).toHaveCount(0);

  await ada.page.getByRole("button", { name: "Chat details" }).click();
  const details = ada.page.getByRole("complementary", { name: "Chat details" });
  await details.getByRole("button", { name: "Change name and description" }).click();
  await details.getByRole("switch", { name: "Allow reactions" }).click();
  await expectAccessible(ada.page);
  await details.getByRole("button", { name: "Save" }).click();
  for (const person of [ada, ben]) {
    const stays = message(person, "This one stays");
    await expect(stays.getByRole("img", { name: /👍 thumbs up, 1 reaction/ })).toBeVisible();
    await stays.hover();
    await expect(stays.getByRole("button", { name: "React", exact: true })).toHaveCount(0);
    await expectAccessible(person.page);
  }
});

test("a reaction that is refused for good is taken back, and says why", async ({ browser }) => {
  const { ada, ben } = await pair(browser, "Soon without");
  await ben.page.context().route("**/sender/graphql", (route) => route.abort());
  await react(ben, "Soon without", "thumbs up");
  await expect(chip(ben, "Soon without", "👍")).toHaveAttribute("aria-pressed", "true");
  await message(ada, "Soon without").press("Enter");
  await ada.page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(message(ben, "Message removed")).toBeVisible();
  await ben.page.context().unroute("**/sender/graphql");
  await expect(ben.page.getByRole("status").filter({ hasText: "👍 was not saved" })).toContainText(
    "The message has been removed.",
    { timeout: 40_000 },
  );
});

test("with nothing but a keyboard one reacts, joins others, and sees who they are", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor");
  await startDirect(ada, ben);
  await say(ada, "No mouse today");
  await openChat(ben, "Ada Lovelace");
  await expect(message(ben, "No mouse today")).toBeVisible();
  const { page } = ben;
  await page.getByLabel("Message", { exact: true }).focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowUp");
  await expect(message(ben, "No mouse today")).toBeFocused();
  await page.keyboard.press("+");
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).toBeFocused();
  await expect(page.getByRole("region", { name: "Faces" })).toBeVisible();
  await picture(page, "emoji-react");
  await expectAccessible(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("button", { name: "grinning face with big eyes" })).toBeFocused();
  // Whatever is typed there is looked for.
  await page.keyboard.type("rocket");
  await expect(page.getByRole("searchbox")).toHaveValue("rocket");
  await page.keyboard.press("Enter");
  await expect(chip(ada, "No mouse today", "🚀")).toBeVisible();
  await expect(message(ben, "No mouse today")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(chip(ben, "No mouse today", "🚀")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(chip(ada, "No mouse today", "🚀")).toHaveCount(0);

  await message(ada, "No mouse today").press("Enter");
  await ada.page.getByRole("menuitem", { name: /^React with 👍/ }).press("Enter");
  await expect(chip(ben, "No mouse today", "👍")).toBeVisible();
  await message(ben, "No mouse today").press("Enter");
  await page.getByRole("menuitem", { name: "Who reacted" }).press("Enter");
  await expect(page.getByRole("dialog", { name: "Who reacted" }).getByRole("listitem")).toHaveText([/Ada Lovelace/]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("region", { name: "Messages" }).press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText("React to a message");
});

test("with a finger one reacts from the menu, and rests on a reaction to see whose it is", async ({ browser }) => {
  const { ada, ben } = await pair(browser, "Sent from the bus", phone);
  const text = "Sent from the bus";
  const { page } = ben;
  await finger(page, message(ben, text).getByText(text), { rest: 700 });
  await expect(page.getByRole("menuitem", { name: "More emoji" })).toBeVisible();
  await picture(page, "reactions-phone-menu");
  await expectAccessible(page);
  await page.getByRole("menuitem", { name: /^React with ❤️/ }).tap();
  await expect(chip(ada, text, "❤️")).toBeVisible();
  const box = (await chip(ben, text, "❤️").boundingBox())!;
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
  await message(ben, text).getByRole("list").getByRole("button", { name: "React", exact: true }).tap();
  const dialog = page.getByRole("dialog", { name: "React" });
  await expect(dialog.getByRole("region", { name: "Recent" })).toBeVisible();
  await picture(page, "emoji-phone");
  await expectAccessible(page);
  await dialog.getByRole("searchbox").fill("rocket");
  await dialog.getByRole("button", { name: "rocket", exact: true }).tap();
  await expect(chip(ada, text, "🚀")).toBeVisible();
  await finger(page, chip(ben, text, "🚀"), { rest: 700 });
  await expect(page.getByRole("dialog", { name: "Who reacted" }).getByRole("listitem")).toHaveText([/Ben Okafor/]);
  await expect(chip(ada, text, "🚀")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).tap();
  await expect(chip(ben, text, "🚀")).toHaveAttribute("aria-pressed", "true");
});

test("many reactions wrap on every width, in light and dark, and from right to left in Arabic", async ({ browser }) => {
  test.setTimeout(240_000);
  const { ada, ben } = await pair(browser, "A fine evening", { colorScheme: "dark" });
  const text = "A fine evening";
  const names = ["thumbs up", "red heart", "party popper", "rocket", "fire", "hundred points", "waving hand", "fox"];
  for (const name of names) await react(ben, text, name);
  await chip(ada, text, "🦊").click();
  await expect(chip(ben, text, "🦊")).toHaveAccessibleName(/2 reactions/);
  const stuckOut = (person: Person) =>
    person.page.evaluate(() => {
      const chips = [...document.querySelectorAll("article ul button")].map((button) => button.getBoundingClientRect());
      return chips.filter(({ left, right }) => left < 0 || right > innerWidth).length;
    });
  for (const width of [360, 768, 1280]) {
    for (const person of [ada, ben]) {
      await person.page.setViewportSize({ width, height: 800 });
      await expect(chip(person, text, "🦊")).toBeVisible();
      expect(await stuckOut(person)).toBe(0);
      await expectAccessible(person.page);
    }
    await picture(ben.page, `reactions-dark-${width}`);
  }
  const { page } = ada;
  await page.evaluate(() => localStorage.setItem("antiphon.language", "ar"));
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  const chips = message(ada, text).getByRole("list", { name: "التفاعلات" }).getByRole("button");
  await expect(chips).toHaveCount(names.length + 1);
  await expect(chips.first()).toHaveAccessibleName(/^⁨👍 [\u0600-\u06ff ]+⁩، ⁨عدد التفاعلات: 1⁩$/);
  await expect(chips.nth(names.length - 1)).toHaveAccessibleName(/منها تفاعلك$/);
  const [first, second] = [(await chips.nth(0).boundingBox())!, (await chips.nth(1).boundingBox())!];
  expect(first.x).toBeGreaterThan(second.x);
  await chips.last().click();
  await page.getByRole("searchbox").fill("صاروخ");
  await expect(page.getByRole("region", { name: "النتائج" }).getByRole("button").first()).toHaveText("🚀");
  await picture(page, "reactions-arabic");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await stuckOut(ada)).toBe(0);
});
