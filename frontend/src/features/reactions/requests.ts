// What is asked of the services about reactions, in one file to fetch.
export { loadOwnReactions } from "./model/loadOwnReactions";
export { sendReaction } from "./model/sendReaction";
