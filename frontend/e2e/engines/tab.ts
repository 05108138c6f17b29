/**
 * What the journey needs of a browser, whichever engine it has: real input, and a look at the page.
 *
 * Elements are named by XPath, the one language that every driver speaks.
 */
export interface Tab {
  goto(url: string): Promise<void>;
  /** Waits until the element is there, then clicks it as a mouse would. */
  click(element: string): Promise<void>;
  /** Replaces what stands in a field, with key presses. */
  fill(field: string, text: string): Promise<void>;
  /** Adds to what stands in a field. */
  type(field: string, text: string): Promise<void>;
  press(field: string, key: "Enter" | "ArrowUp"): Promise<void>;
  /** Runs JavaScript in the page: the body of a function. */
  run<T>(body: string): Promise<T>;
}

/** A browser of one engine, with a profile of its own. */
export interface Engine {
  tab: Tab;
  close(): Promise<void>;
}

/** How long a driver may take to start, or to find an element, on a starved machine. */
export const PATIENCE = 30_000;

export const field = (label: string) =>
  `//*[(self::input or self::textarea) and (@aria-label="${label}" or @id=//label[starts-with(normalize-space(.), "${label}")]/@for)]`;

export const button = (name: string) =>
  `//button[not(@disabled) and (@aria-label="${name}" or normalize-space(.)="${name}")]`;

export const link = (name: string) => `//a[contains(normalize-space(.), "${name}") or @aria-label="${name}"]`;
