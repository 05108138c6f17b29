import { live, message, newPerson, openChat, type Person, say, startGroup } from "./people";
import { type Browser, expect } from "./test";

/** Two people in a group, which both have open, with something said by the first. */
export async function pair(browser: Browser, text: string, options: Parameters<typeof newPerson>[3] = {}) {
  const ada = await newPerson(browser, "1", "Ada Lovelace");
  const ben = await newPerson(browser, "2", "Ben Okafor", options);
  await live(ben);
  await startGroup(ada, "Evening choir", [ben]);
  await say(ada, text);
  await openChat(ben, "Evening choir");
  await expect(message(ben, text)).toBeVisible();
  return { ada, ben };
}

export const pane = ({ page }: Person) => page.getByRole("complementary", { name: "Thread", exact: true });
export const timeline = ({ page }: Person) => page.getByRole("region", { name: "Messages", exact: true });
export const inChat = (person: Person, text: string) => timeline(person).getByRole("article").filter({ hasText: text });
export const inThread = (person: Person, text: string) => pane(person).getByRole("article").filter({ hasText: text });
export const footer = (person: Person, text: string) =>
  inChat(person, text).getByRole("button", { name: /repl(y|ies)/ });
export const threadsLink = ({ page }: Person) => page.getByRole("navigation").getByRole("link", { name: /^Threads/ });
export const chatLink = ({ page }: Person) => page.getByRole("navigation").getByRole("link", { name: "Evening choir" });

/** Opens the thread of a message from its menu. */
export async function openThread(person: Person, text: string): Promise<void> {
  // What is still on its way has no menu.
  await expect(inChat(person, text).first()).toHaveAttribute("data-number");
  await inChat(person, text).first().press("Enter");
  await person.page.getByRole("menuitem", { name: "Reply in thread" }).click();
  await expect(pane(person).getByRole("article").filter({ hasText: text })).toBeVisible();
}

export async function reply(person: Person, text: string): Promise<void> {
  const field = pane(person).getByLabel("Reply in the thread");
  await field.fill(text);
  if (await person.page.evaluate(() => matchMedia("(pointer: coarse)").matches)) {
    await pane(person).getByRole("button", { name: "Send", exact: true }).click();
  } else await field.press("Enter");
  await expect(inThread(person, text)).toBeVisible();
}
