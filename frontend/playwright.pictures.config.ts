import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

/** `npm run screenshots`: takes the pictures of the README again. */
export default defineConfig({
  ...base,
  projects: [{ name: "pictures", testMatch: "readme.pictures.ts" }],
  use: { ...base.use, actionTimeout: 10_000 },
});
