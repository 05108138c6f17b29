import puppeteer from "puppeteer-core";
import { type Engine, PATIENCE } from "./tab";

/** Debian's Firefox, over WebDriver BiDi. */
export async function openFirefox(instance: string): Promise<Engine> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
    timeout: 2 * PATIENCE,
    protocolTimeout: 2 * PATIENCE,
    extraPrefsFirefox: { "intl.accept_languages": "en-GB", "dom.disable_beforeunload": true },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  await page.evaluateOnNewDocument((pin) => sessionStorage.setItem("antiphon.instance", pin), instance);
  const find = async (xpath: string) => {
    const found = await page.waitForSelector(`::-p-xpath(${xpath})`, { visible: true, timeout: PATIENCE });
    if (!found) throw new Error(`${xpath} is not on the page`);
    return found;
  };
  return {
    tab: {
      goto: async (url) => {
        await page.goto(url, { waitUntil: "domcontentloaded", timeout: 2 * PATIENCE });
      },
      click: async (xpath) => {
        await (await find(xpath)).click();
      },
      fill: async (xpath, text) => {
        const element = await find(xpath);
        await element.focus();
        await page.evaluate((input) => (input as HTMLInputElement).select(), element);
        await page.keyboard.press("Backspace");
        await page.keyboard.type(text);
      },
      type: async (xpath, text) => {
        await (await find(xpath)).focus();
        await page.keyboard.press("End");
        await page.keyboard.type(text);
      },
      press: async (xpath, key) => {
        await (await find(xpath)).press(key);
      },
      run: <T>(body: string) => page.evaluate(`(() => { ${body} })()`) as Promise<T>,
    },
    close: () => browser.close(),
  };
}
