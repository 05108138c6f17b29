import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for participants and finding people, in English. */
export const participants = {
  deletedUser: "Deleted account",
  findPeople: "Find people",
  findPeopleHint: "Two letters of a name are enough.",
  thatIsYou: "That is you",
  alreadyHere: "Already here",
  nobodyFound: (query: string) => `Nobody found for “${own(query)}”.`,
  /** The name of the person follows. */
  addPerson: "Add",
  removePerson: (name: string) => `Remove ${own(name)}`,
  participantsCount: (count: number) => (count === 1 ? "1 participant" : `${count.toLocaleString("en")} participants`),
  owner: "Owner",
  admin: "Admin",
  member: "Member",
  addPeople: "Add participants",
  makeAdmin: "Make admin",
  makeMember: "Make member",
  makeOwner: "Make owner",
  removeFromChat: "Remove from chat",
  removeFromChatText: (name: string) => `${own(name)} will no longer see this chat.`,
  actionsFor: (name: string) => `Actions for ${own(name)}`,
};
