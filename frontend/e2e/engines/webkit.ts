import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, By, Key, until, type WebDriver } from "selenium-webdriver";
import { type Engine, PATIENCE } from "./tab";

/** The browser that comes with the driver; Debian keeps it in the folder of the architecture. */
function miniBrowser(): string {
  const libraries = readdirSync("/usr/lib").map((folder) => join("/usr/lib", folder, "webkit2gtk-4.1", "MiniBrowser"));
  const found = [process.env.MINI_BROWSER, ...libraries].find((path) => path && existsSync(path));
  if (!found) throw new Error("MiniBrowser of webkit2gtk-driver is not installed: `scripts/setup test` installs it");
  return found;
}

/** WebKit, the engine of Safari, as Debian ships it: WebKitGTK on a virtual screen, over WebDriver. */
export async function openWebKit(instance: string): Promise<Engine> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "antiphon-webkit-"));
  // A group of its own: the screen, the bus, the driver and the browser end together.
  const group = spawn(
    "xvfb-run",
    [
      "--auto-servernum",
      "--server-args=-screen 0 1280x900x24",
      "dbus-run-session",
      "--",
      "WebKitWebDriver",
      `--port=${port}`,
    ],
    {
      detached: true,
      stdio: "ignore",
      env: {
        ...process.env,
        HOME: home,
        XDG_RUNTIME_DIR: home,
        LANG: "C.UTF-8",
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      },
    },
  );
  let driver: WebDriver;
  try {
    await answers(port, group);
    driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities({
        browserName: "MiniBrowser",
        "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] },
      })
      .build();
  } catch (error) {
    end(group, home);
    throw error;
  }
  const find = async (xpath: string) => {
    const element = await driver.wait(until.elementLocated(By.xpath(xpath)), PATIENCE);
    return driver.wait(until.elementIsVisible(element), PATIENCE);
  };
  return {
    tab: {
      goto: async (url) => {
        await driver.get(url);
        // There is no script that runs before the page's own: the choice holds from the next load on.
        const pinned = await driver.executeScript<boolean>(
          "const before = sessionStorage.getItem('antiphon.instance'); sessionStorage.setItem('antiphon.instance', arguments[0]); return before === arguments[0]",
          instance,
        );
        if (!pinned) await driver.get(url);
      },
      click: async (xpath) => (await find(xpath)).click(),
      fill: async (xpath, text) => {
        const element = await find(xpath);
        await element.sendKeys(Key.chord(Key.CONTROL, "a"), Key.BACK_SPACE);
        await element.sendKeys(text);
      },
      type: async (xpath, text) => (await find(xpath)).sendKeys(Key.END, text),
      press: async (xpath, key) => (await find(xpath)).sendKeys(key === "Enter" ? Key.ENTER : Key.ARROW_UP),
      run: <T>(body: string) => driver.executeScript<T>(body),
    },
    close: async () => {
      await driver.quit().catch(() => {});
      end(group, home);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until the driver takes sessions. */
async function answers(port: number, group: ChildProcess): Promise<void> {
  for (const giveUp = Date.now() + PATIENCE; Date.now() < giveUp; ) {
    if (group.exitCode !== null) throw new Error(`WebKitWebDriver ended with ${group.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}/status`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("WebKitWebDriver does not answer");
}

function end(group: ChildProcess, home: string): void {
  try {
    if (group.pid) process.kill(-group.pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
  rmSync(home, { recursive: true, force: true });
}
