import { expect, test } from "@playwright/test";
import { openDoor } from "../door";
import { live, newPerson, message as ofChromium, PASSWORD, say, startDirect, unique } from "../people";
import { openFirefox } from "./firefox";
import { button, type Engine, field, link, type Tab } from "./tab";
import { openWebKit } from "./webkit";

/** The engines beside Chromium, in which all other tests run. */
const engines: Record<string, (instance: string) => Promise<Engine>> = {
  Firefox: openFirefox,
  WebKit: openWebKit,
};

const text = (tab: Tab) => tab.run<string>("return document.body.innerText");
const shows = (tab: Tab, words: string | RegExp) => expect.poll(() => text(tab), { timeout: 30_000 }).toMatch(words);
const send = async (tab: Tab, words: string) => {
  await tab.fill(field("Message"), words);
  await tab.press(field("Message"), "Enter");
};

for (const [name, open] of Object.entries(engines)) {
  test.describe(name, () => {
    let engine: Engine;
    let tab: Tab;

    test.beforeEach(async () => {
      engine = await open("2");
      tab = engine.tab;
    });
    test.afterEach(() => engine.close());

    test(`the main journey in ${name}: sign up, out and in, send, receive, edit, remove, reload`, async ({
      browser,
    }) => {
      test.setTimeout(240_000);
      const door = await openDoor();
      const ada = await newPerson(browser, "1", "Ada Lovelace");
      await live(ada);

      const username = unique("ben");
      await tab.goto(`${door.url}/sign-up`);
      await tab.run(
        "window.faults = []; addEventListener('error', (event) => faults.push(event.message)); addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)))",
      );
      await tab.fill(field("Name"), "Ben Okafor");
      await tab.fill(field("Username"), username);
      await tab.fill(field("E-mail"), `${username}@example.org`);
      await tab.fill(field("Password"), PASSWORD);
      await tab.click(button("Create account"));
      await shows(tab, /Chats/);

      await tab.goto(`${door.url}/profile`);
      await tab.click(button("Sign out"));
      await tab.fill(field("E-mail or username"), username);
      await tab.fill(field("Password"), PASSWORD);
      await tab.click(button("Sign in"));
      await shows(tab, /Chats/);

      await startDirect(ada, { ...ada, name: "Ben Okafor", username });
      await say(ada, "does every engine get this?");
      await tab.click(link("Ada Lovelace"));
      await shows(tab, "does every engine get this?");
      await send(tab, "yes, and 日本語 too");
      await expect(ofChromium(ada, "日本語 too")).toBeVisible();
      await expect(ofChromium(ada, "every engine").getByRole("img", { name: "Read" })).toBeVisible();

      await tab.press(field("Message"), "ArrowUp");
      await shows(tab, /Editing your message/);
      await send(tab, "yes, all of it");
      await expect(ofChromium(ada, "yes, all of it")).toContainText("edited");

      await tab.run("location.reload()");
      await shows(tab, "yes, all of it");
      await say(ada, "and after a reload?");
      await shows(tab, "and after a reload?");
      // Each message has the time of its day, in the way of the language.
      await shows(tab, /\d{1,2}:\d{2}/);

      // A service that writes nothing for a while, and a page that was loaded anew meanwhile: IndexedDB keeps the outbox.
      door.sender = "away";
      for (const words of ["kept one", "kept two"]) await send(tab, words);
      await tab.run("location.reload()");
      await shows(tab, "kept two");
      door.sender = "up";
      await expect(ofChromium(ada, "kept two")).toBeVisible({ timeout: 60_000 });
      expect((await ofChromium(ada, "kept").allInnerTexts()).map((line) => /kept \w+/.exec(line)?.[0])).toEqual([
        "kept one",
        "kept two",
      ]);
      await door.close();
    });

    test(`${name}: the Enter that ends a composition sends nothing`, async ({ browser }) => {
      const ada = await newPerson(browser, "1", "Ada Lovelace");
      const username = unique("ben");
      await tab.goto(`${process.env.ANTIPHON_URL}/sign-up`);
      await tab.fill(field("Name"), "Ben Okafor");
      await tab.fill(field("Username"), username);
      await tab.fill(field("E-mail"), `${username}@example.org`);
      await tab.fill(field("Password"), PASSWORD);
      await tab.click(button("Create account"));
      await shows(tab, /Chats/);
      await startDirect(ada, { ...ada, name: "Ben Okafor", username });
      await say(ada, "good morning");
      await tab.click(link("Ada Lovelace"));
      await shows(tab, "good morning");
      await tab.fill(field("Message"), "日本");
      // In the order of Safari: the composition has ended when the key comes, whose code says whose key it was.
      await tab.run(`
        const field = document.querySelector("textarea");
        field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
        field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "日本" }));
        const key = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
        Object.defineProperty(key, "keyCode", { value: 229 });
        field.dispatchEvent(key);
      `);
      // Had that sent it, the rest would be a message of its own.
      await tab.type(field("Message"), "語");
      await tab.press(field("Message"), "Enter");
      await expect(ofChromium(ada, "語")).toContainText("日本語");
    });
  });
}
