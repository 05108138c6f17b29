// What others may use of this feature.
export { isListed, policies as chatPolicies } from "./cache";
export { Sidebar } from "./components/Sidebar";
export { useChat, useChats } from "./hooks/useChats";
export { useCreateChat } from "./hooks/useCreateChat";
export { live as chatLive } from "./live";
export { chatReader } from "./model/chatReader";
export { chatTitle } from "./model/chatTitle";
export type { ListedChat } from "./model/listedChat";
export { byActivity } from "./model/order";
export { preview as chatPreview } from "./model/preview";
export {
  ChatDetails,
  ChatPage,
  DiscoverPage,
  MentionsPage,
  MyMessagesPage,
  NoChatChosen,
  ThreadPane,
  ThreadsPage,
} from "./pages";
