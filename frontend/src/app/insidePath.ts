/**
 * The address of a page of this client, from words that anyone may have put into a link; nothing where it leads
 * elsewhere, or back to the door.
 */
export function insidePath(words: unknown, origin = location.origin): string | undefined {
  if (typeof words !== "string" || !words.startsWith("/")) return undefined;
  if (!URL.canParse(words, origin)) return undefined;
  const url = new URL(words, origin);
  if (url.origin !== origin || /^\/sign-(in|up)\b/.test(url.pathname)) return undefined;
  const path = url.pathname + url.search + url.hash;
  // What a browser reads as another host.
  return path.startsWith("//") ? undefined : path;
}
