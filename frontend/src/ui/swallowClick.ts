/** What a finger rested on has opened something, and where the finger is lifted is something else by then: that was not touched. */
export function swallowClick(): void {
  const done = new AbortController();
  const listen = { capture: true, passive: false, signal: done.signal };
  addEventListener("touchcancel", () => done.abort(), listen);
  addEventListener(
    "touchend",
    (event) => {
      event.preventDefault();
      done.abort();
    },
    listen,
  );
}
