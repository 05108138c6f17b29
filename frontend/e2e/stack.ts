import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";

/** What the system is made of, as `lab run` names it; it starts again whatever ends. */
export type Part = "redis" | `${"users" | "sender" | "receiver"}-${"1" | "2"}`;

/** The process id of a part; none while it is down or not ready yet. */
function pidOf(part: Part): number | undefined {
  const directory = process.env.ANTIPHON_PIDS;
  if (!directory) throw new Error("ANTIPHON_PIDS says what runs: these tests need `lab run`");
  try {
    return Number(readFileSync(join(directory, part), "utf8"));
  } catch {
    return undefined;
  }
}

/** Sends a signal to a part that is up, and tells which process that was. */
export function signal(part: Part, name: NodeJS.Signals): number {
  const pid = pidOf(part);
  if (!pid) throw new Error(`${part} is not up`);
  process.kill(pid, name);
  return pid;
}

/** Waits until another process has taken the place of `old`, and is ready. */
export async function replaced(part: Part, old: number): Promise<void> {
  await expect
    .poll(() => pidOf(part) ?? old, { timeout: 60_000, intervals: [100], message: `${part} is started again` })
    .not.toBe(old);
}

/** Changes the stack's own Postgres, for a past that would take an hour to live through. */
export function rewritePast(sql: string): void {
  const { hostname, port, username, password, pathname } = new URL(process.env.ANTIPHON_DATABASE_URL!);
  // Everyone on this machine can read arguments; the environment only its owner.
  const where = {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: password,
    PGDATABASE: pathname.slice(1),
  };
  execFileSync("psql", ["-v", "ON_ERROR_STOP=1", "-q", "-c", sql], { env: { ...process.env, ...where } });
}
