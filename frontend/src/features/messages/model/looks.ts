/** Lines that are shown of a long message before "Show all". The style sheet has the same number. */
const LINES_SHOWN = 12;
/** As many characters fit on a line of the widest bubble: so on a phone more lines are shown, never fewer. */
const LINE_LENGTH = 80;

/** Sets of whole emoji are newer than the language that this is compiled for, and known to every supported browser. */
const SETS = "v";
const FEW_EMOJI = new RegExp("^\\s*(?:\\p{RGI_Emoji}\\s*){1,3}$", SETS);

/** Whether it is one to three emoji and nothing else, which say more when they are large. */
export function isFewEmoji(content: string): boolean {
  return content.length < 120 && FEW_EMOJI.test(content);
}

/** Whether it is so long that what is around it would be out of sight. A line or two more than are shown do not count. */
export function isLong(content: string): boolean {
  const lines = content.split("\n").map((line) => Math.max(1, Math.ceil(line.length / LINE_LENGTH)));
  return lines.reduce((sum, one) => sum + one, 0) > LINES_SHOWN + 2;
}
