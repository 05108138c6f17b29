/** Words for the emoji to choose from, in English. What they are called comes from Unicode. */
export const emoji = {
  emoji: "Emoji",
  search: "Search emoji",
  results: "Results",
  found: (count: number) => `${count.toLocaleString("en")} found`,
  nothingFound: "No emoji is called that.",
  failed: "The emoji could not be loaded.",
  recent: "Recent",
  group: {
    faces: "Faces",
    people: "People and hands",
    nature: "Animals and nature",
    food: "Food and drink",
    travel: "Travel and places",
    activities: "Activities",
    objects: "Objects",
    signs: "Signs",
    flags: "Flags",
  },
  tone: "Skin tone",
  /** From none to the darkest. */
  tones: ["None", "Light", "Medium-light", "Medium", "Medium-dark", "Dark"],
};
