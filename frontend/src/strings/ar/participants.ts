import type { Strings } from "../en";
import { isolated as own } from "../isolated";
import { counted, PARTICIPANTS } from "./counted";

/** Words for participants and finding people, in Arabic. */
export const participants: Strings["participants"] = {
  deletedUser: "حساب محذوف",
  findPeople: "البحث عن أشخاص",
  findPeopleHint: "يكفي حرفان من الاسم.",
  thatIsYou: "هذا أنت",
  alreadyHere: "موجود هنا بالفعل",
  nobodyFound: (query) => `لم يُعثر على أحد باسم «${own(query)}».`,
  addPerson: "إضافة",
  removePerson: (name) => `إزالة ${own(name)}`,
  participantsCount: (count) => counted(count, PARTICIPANTS),
  owner: "مالك",
  admin: "مشرف",
  member: "عضو",
  addPeople: "إضافة مشاركين",
  makeAdmin: "تعيين مشرفًا",
  makeMember: "تعيين عضوًا",
  makeOwner: "تعيين مالكًا",
  removeFromChat: "إزالة من المحادثة",
  removeFromChatText: (name) => `لن تظهر هذه المحادثة لدى ${own(name)} بعد الآن.`,
  actionsFor: (name) => `إجراءات ${own(name)}`,
};
