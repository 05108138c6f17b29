/**
 * What time it is for the services, whatever the clock of this device says: told by the `Date` of their answers and
 * counted on with a clock that nobody can set.
 */
export class ServerClock {
  #told: { at: number; on: number } | undefined;

  /** An answer has come, with this `Date`, which names whole seconds. */
  hear(date: string | null | undefined): void {
    const at = Date.parse(date ?? "");
    if (!Number.isNaN(at)) this.#told = { at, on: performance.now() };
  }

  /** At most a second and the time that the answer took too early; the device's own time before the first answer. */
  now(): number {
    return this.#told ? this.#told.at + performance.now() - this.#told.on : Date.now();
  }
}

/** The services share one clock. */
export const serverClock = new ServerClock();
