// What others may use of this feature.
export { policies as chatPolicies } from "./cache";
export { Sidebar } from "./components/Sidebar";
export { live as chatLive } from "./live";
export { chatReader } from "./model/chatReader";
export { chatTitle } from "./model/chatTitle";
export { byActivity } from "./model/order";
export { ChatDetails, ChatPage, DiscoverPage, MentionsPage, NoChatChosen, ThreadPane, ThreadsPage } from "./pages";
