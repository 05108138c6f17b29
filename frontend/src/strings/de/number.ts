/** A number as it is written in German. */
export const number = (count: number) => count.toLocaleString("de");
