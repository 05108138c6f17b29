import { lazyRouteComponent } from "@tanstack/react-router";

export const ChatPage = lazyRouteComponent(() => import("./components/ChatPage"), "ChatPage");
export const ChatDetails = lazyRouteComponent(() => import("./components/ChatDetails"), "ChatDetails");
export const DiscoverPage = lazyRouteComponent(() => import("./components/DiscoverPage"), "DiscoverPage");
export const MentionsPage = lazyRouteComponent(() => import("./components/MentionsPage"), "MentionsPage");
export const MyMessagesPage = lazyRouteComponent(() => import("./components/MyMessagesPage"), "MyMessagesPage");
export const ThreadPane = lazyRouteComponent(() => import("./components/ThreadPane"), "ThreadPane");
export const ThreadsPage = lazyRouteComponent(() => import("./components/ThreadsPage"), "ThreadsPage");
export const NoChatChosen = lazyRouteComponent(() => import("./components/NoChatChosen"), "NoChatChosen");
