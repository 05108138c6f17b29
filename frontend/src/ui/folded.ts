/**
 * A text as it is looked for: capitals, accents in another form, wide letters and what cannot be seen make no difference.
 * The services fold by the tables of Unicode; upper case and then lower comes close, and brings `ß` and `ς` together too.
 */
export function folded(text: string): string {
  const visible = text.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  return visible.toUpperCase().toLowerCase().normalize("NFKC");
}
