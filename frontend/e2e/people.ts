import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, expect, type Page } from "@playwright/test";

export const PASSWORD = "quiet harbour lantern 7";

export interface Person {
  page: Page;
  name: string;
  username: string;
}

let count = 0;

/** A name that no other test, worker or run uses. */
export function unique(word: string): string {
  count += 1;
  return `${word}${Date.now().toString(36)}${process.pid.toString(36)}${count}`;
}

/** A browser of one's own, served by one instance of every service. */
export async function openBrowser(browser: Browser, instance: "1" | "2", options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  await context.addInitScript((pin) => sessionStorage.setItem("antiphon.instance", pin), instance);
  return context.newPage();
}

/** Signs somebody new up through the page itself. */
export async function signUp(page: Page, name: string): Promise<Person> {
  const username = unique(name.toLowerCase().replace(/[^a-z]/g, ""));
  await page.goto("/sign-up");
  await page.getByLabel("Name (optional)").fill(name);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("E-mail").fill(`${username}@example.org`);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await pressUntilIn(page, "Create account");
  return { page, name, username };
}

/** Presses the button once more when a starved machine takes longer than the service may: so would a person. */
export async function pressUntilIn(page: Page, button: string): Promise<void> {
  const inside = page.getByRole("heading", { name: "Chats", exact: true });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const answered = page.waitForResponse((response) => response.url().includes("/users/graphql"));
    await page.getByRole("button", { name: button }).click();
    await answered;
    await expect(inside.or(page.getByRole("alert")).first()).toBeVisible();
    if (!(await page.getByText("The service cannot be reached").isVisible())) break;
  }
  await expect(inside).toBeVisible();
}

export async function newPerson(
  browser: Browser,
  instance: "1" | "2",
  name: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  return signUp(await openBrowser(browser, instance, options), name);
}

/** Starts a direct chat with somebody and stays in it. */
/** Another device of somebody, which shows the list of chats. */
export async function secondDevice(browser: Browser, instance: "1" | "2", person: Person): Promise<Person> {
  const page = await openBrowser(browser, instance);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail or username").fill(person.username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await pressUntilIn(page, "Sign in");
  await live({ ...person, page });
  return { ...person, page };
}

export async function startDirect(from: Person, to: Person): Promise<void> {
  await from.page.getByRole("button", { name: "New chat" }).first().click();
  await from.page.getByLabel("Find people").fill(to.username);
  await from.page.getByRole("button", { name: `Add ${to.name}` }).click();
  await expect(from.page.getByRole("heading", { name: to.name })).toBeVisible();
}

/** Creates a group or public chat with some people and stays in it. */
export async function startGroup(from: Person, title: string, people: Person[], kind = "Group"): Promise<void> {
  const { page } = from;
  await page.getByRole("button", { name: "New chat" }).first().click();
  await page.getByText(kind, { exact: true }).click();
  await page.getByLabel("Chat name").fill(title);
  for (const person of people) {
    await page.getByLabel("Find people").fill(person.username);
    await page.getByRole("button", { name: `Add ${person.name}` }).click();
  }
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
}

export async function openChat(person: Person, title: string): Promise<void> {
  await person.page.getByRole("navigation").getByRole("link", { name: title }).click();
  await expect(person.page.getByRole("heading", { name: title })).toBeVisible();
}

export async function say(person: Person, text: string): Promise<void> {
  const field = person.page.getByLabel("Message", { exact: true });
  await field.fill(text);
  // Where one writes with a finger, Enter makes a line.
  if (await person.page.evaluate(() => matchMedia("(pointer: coarse)").matches)) {
    await person.page.getByRole("button", { name: "Send", exact: true }).click();
  } else await field.press("Enter");
}

/** A message by its text, in the conversation that is open. */
export function message(person: Person, text: string) {
  return person.page.getByRole("article").filter({ hasText: text });
}

export async function live(person: Person): Promise<void> {
  await expect(person.page.getByTestId("connection")).toHaveAttribute("data-state", "live");
}

/** Nothing that axe objects to, also what it tries only when asked: a name has to contain what is seen. */
export async function expectAccessible(page: Page): Promise<void> {
  // What is half faded in has no contrast yet. What never ends, such as a spinner, is not waited for.
  await page.evaluate(async () => {
    const ends = ({ playState, effect }: Animation) =>
      playState === "running" && effect?.getComputedTiming().endTime !== Infinity;
    await Promise.allSettled(
      document
        .getAnimations()
        .filter(ends)
        .map((animation) => animation.finished),
    );
  });
  // A menu is no part of the page that it is shown over.
  const region = { enabled: (await page.getByRole("menu").count()) === 0 };
  const rules = { "label-content-name-mismatch": { enabled: true }, region };
  const { violations } = await new AxeBuilder({ page }).options({ rules }).analyze();
  expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) }))).toEqual([]);
}

/** For looking at with one's own eyes. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `e2e/screenshots/${name}.png` });
}

/** Asks a service itself, past the page. */
export async function ask(person: Person, service: string, query: string, variables: object, token?: string) {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await person.page.request.post(`/${service}/graphql`, { data: { query, variables }, headers });
  const { data, errors } = await answer.json();
  expect(errors).toBeUndefined();
  return data;
}

/** A token for asking; the page has another one. */
export async function tokenOf(person: Person): Promise<string> {
  const login = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }";
  const input = { login: person.username, password: PASSWORD };
  return (await ask(person, "users", login, { input })).login.accessToken;
}

/** Sends many messages through the API itself, into the chat that is open: what a long history needs. */
export async function sayMany(person: Person, texts: readonly string[]): Promise<void> {
  const chatId = new URL(person.page.url()).pathname.split("/")[2];
  const token = await tokenOf(person);
  const create = "mutation ($input: CreateMessageInput!) { createMessage(input: $input) { cursor } }";
  for (const content of texts) await ask(person, "sender", create, { input: { chatId, content } }, token);
}
