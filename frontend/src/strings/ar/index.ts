import type { Strings } from "../en";
import { account } from "./account";
import { app } from "./app";
import { chatSettings } from "./chatSettings";
import { chats } from "./chats";
import { connection } from "./connection";
import { developer } from "./developer";
import { emoji } from "./emoji";
import { errors } from "./errors";
import { mentions } from "./mentions";
import { messages } from "./messages";
import { notifications } from "./notifications";
import { participants } from "./participants";
import { pins } from "./pins";
import { preferences } from "./preferences";
import { reactions } from "./reactions";
import { search } from "./search";
import { threads } from "./threads";
import { typing } from "./typing";
import { ui } from "./ui";

/** Every word that people read, in Arabic, by the feature that says it. */
export const ar: Strings = {
  account,
  app,
  chats,
  chatSettings,
  connection,
  developer,
  emoji,
  errors,
  mentions,
  messages,
  notifications,
  participants,
  pins,
  preferences,
  reactions,
  search,
  threads,
  typing,
  ui,
};
