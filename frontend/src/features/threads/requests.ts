// What is asked of the services about threads, in one file to fetch.
export { loadOwnThread, loadOwnThreads } from "./model/loadOwnThreads";
