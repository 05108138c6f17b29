import { afterEach } from "vitest";

// Each test begins as a browser that was never here.
afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
