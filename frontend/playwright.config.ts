import { defineConfig } from "@playwright/test";

/** The whole system must be up: `make test` and `lab run` start it and say where it is. */
const url = process.env.ANTIPHON_URL;
if (!url) throw new Error("ANTIPHON_URL says where Antiphon runs: try `make test`, or `lab run … -- npm run e2e`");

export default defineConfig({
  testDir: "e2e",
  outputDir: "e2e/results",
  fullyParallel: true,
  workers: process.env.ANTIPHON_E2E_WORKERS ? Number(process.env.ANTIPHON_E2E_WORKERS) : 2,
  // A busy machine may starve a browser; what only passes at the second attempt is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 25_000 },
  reporter: [["list"]],
  projects: [
    { name: "calm", testIgnore: ["faults.spec.ts", "expiry.spec.ts", "**/engines/*.spec.ts"] },
    // Firefox and WebKit, each with drivers of its own.
    { name: "engines", testMatch: "**/engines/*.spec.ts", fullyParallel: false },
    // The services read the same variable. With ten minutes, the default, nobody waits for a token to end.
    ...(Number(process.env.ACCESS_TOKEN_SECONDS) <= 30 ? [{ name: "expiry", testMatch: "expiry.spec.ts" }] : []),
    // It breaks what the others run on: one test at a time, after all of them.
    { name: "faults", testMatch: "faults.spec.ts", fullyParallel: false, dependencies: ["calm", "engines"] },
  ],
  use: {
    baseURL: url,
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    // Recording costs as much as the page itself: CI records the second attempt.
    trace: process.env.CI ? "on-first-retry" : "retain-on-failure",
    // A worker answers before the tests can: only those that are about it (pwa.spec.ts) let it in.
    serviceWorkers: "block",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
      ],
    },
  },
});
