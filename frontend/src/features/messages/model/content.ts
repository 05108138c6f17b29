/** The service's limit on a message, in characters after trimming. */
export const MAX_CHARACTERS = 5_000;
