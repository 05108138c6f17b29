/** What was being written where, kept while the tab lives. */
const drafts = new WeakMap<object, Map<string, string>>();

/** The drafts of one signed-in stay: signing out forgets them. */
export function draftsOf(stay: object): Map<string, string> {
  let own = drafts.get(stay);
  if (!own) {
    own = new Map();
    drafts.set(stay, own);
  }
  return own;
}
