import { expectAccessible, message, newPerson, openChat, picture, say, startDirect } from "./people";
import { expect, test } from "./test";

const LETTER = [
  "**Rehearsal** moved to _Friday_, see https://example.org/hall and [the plan](https://example.org/plan):",
  "1. warm up",
  "2. `Kyrie`, twice",
  "- bring water",
  "> Who has the key?",
  "I do.",
  "```",
  "if (late) {",
  "  hurry();",
  "}",
  "```",
].join("\n");

test("a message shows its emphasis, lists, quotes, links and code, and code is copied", async ({ browser }) => {
  const ada = await newPerson(browser, "1", "Ada Lovelace", { permissions: ["clipboard-read", "clipboard-write"] });
  const ben = await newPerson(browser, "2", "Ben Okafor", { colorScheme: "dark" });
  await startDirect(ada, ben);
  await say(ada, LETTER);
  const row = ben.page.getByRole("navigation").getByRole("link", { name: "Ada Lovelace" });
  await expect(row).toContainText("Rehearsal moved to Friday, see https://example.org/hall");
  await openChat(ben, "Ada Lovelace");
  for (const person of [ada, ben]) {
    const letter = message(person, "Rehearsal");
    await expect(letter.getByRole("strong")).toHaveText("Rehearsal");
    await expect(letter.getByRole("emphasis")).toHaveText("Friday");
    await expect(letter.getByRole("listitem")).toHaveText(["warm up", "Kyrie, twice", "bring water"]);
    await expect(letter.getByRole("blockquote")).toHaveText("Who has the key?");
    const plan = letter.getByRole("link", { name: "the plan" });
    await expect(plan).toHaveAttribute("href", "https://example.org/plan");
    await expect(plan).toHaveAttribute("rel", /noopener/);
    await expectAccessible(person.page);
  }
  await message(ada, "Rehearsal").getByRole("button", { name: "Copy this code" }).click();
  await expect(message(ada, "Rehearsal").getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe("if (late) {\n  hurry();\n}");
  await picture(ada.page, "markdown");
  await picture(ben.page, "markdown-dark");
});
