import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";
import { number } from "./number";

/** Words for participants and finding people, in German. */
export const participants: Strings["participants"] = {
  deletedUser: "Gelöschtes Konto",
  findPeople: "Personen finden",
  findPeopleHint: "Zwei Buchstaben eines Namens genügen.",
  thatIsYou: "Das bist du",
  alreadyHere: "Schon dabei",
  nobodyFound: (query) => `Niemand gefunden für „${own(query)}“.`,
  addPerson: "Hinzufügen:",
  removePerson: (name) => `${own(name)} entfernen`,
  participantsCount: (count) => (count === 1 ? "1 Teilnehmer:in" : `${number(count)} Teilnehmende`),
  owner: "Eigentümer:in",
  admin: "Admin",
  member: "Mitglied",
  addPeople: "Teilnehmende hinzufügen",
  makeAdmin: "Zum Admin machen",
  makeMember: "Zum Mitglied machen",
  makeOwner: "Eigentümerrechte geben",
  removeFromChat: "Aus dem Chat entfernen",
  removeFromChatText: (name) => `${own(name)} sieht diesen Chat dann nicht mehr.`,
  actionsFor: (name) => `Aktionen für ${own(name)}`,
};
