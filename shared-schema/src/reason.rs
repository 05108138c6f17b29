//! Reasons of refusals, which clients can translate into the user's language.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value, json};

/// One line per reason: the variant with its arguments, its name on the wire, and the English sentence.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $({ $($argument:ident: $kind:ty),+ })? = $name:literal, $sentence:literal;)+) => {
        /// The closed set of values of `extensions.reason`, with what stands in `extensions.arguments`.
        ///
        /// The set is committed as `shared-schema/reasons.json`, from which clients take what they must have words for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $variant $({
                $(#[doc = "A number or a text for the sentence."] $argument: $kind),+
            })?,)+
        }

        impl Reason {
            /// The value of `extensions.reason`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($argument: _),+ })? => $name,)+
                }
            }

            /// The value of `extensions.arguments`; empty for most reasons.
            #[must_use]
            pub fn arguments(self) -> BTreeMap<&'static str, Value> {
                match self {
                    $(Self::$variant $({ $($argument),+ })? => {
                        BTreeMap::from([$($((stringify!($argument), json!($argument))),+)?])
                    })+
                }
            }

            /// Every reason by name, as `reasons.json` holds them.
            #[must_use]
            pub fn catalogue() -> Value {
                let mut reasons = serde_json::Map::new();
                $(reasons.insert($name.to_owned(), json!({
                    "arguments": [$($(stringify!($argument)),+)?],
                    "sentence": $sentence,
                }));)+
                Value::Object(reasons)
            }
        }

        /// The sentence in English.
        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {
                    $(Self::$variant $({ $($argument),+ })? => write!(f, $sentence),)+
                }
            }
        }
    };
}

reasons! {
    /// Only an owner or an admin of the chat may do this.
    AdminsOnly = "ADMINS_ONLY", "Only an owner or an admin may do this.";
    /// The object changed between the caller's read and this request.
    ChangedMeanwhile = "CHANGED_MEANWHILE", "It has changed meanwhile. Load it again and repeat the change.";
    /// Only some characters may stand here.
    CharacterNotAllowed { allowed: &'static str } = "CHARACTER_NOT_ALLOWED", "Only these characters are allowed: {allowed}.";
    /// The password contains other data of its owner.
    ContainsPersonalData = "CONTAINS_PERSONAL_DATA", "It must not contain your username or e-mail address.";
    /// A control character, such as NUL, or a line break where only one line fits.
    ControlCharacter = "CONTROL_CHARACTER", "It must not contain control characters.";
    /// The events since the cursor can no longer be given.
    CursorTooOld = "CURSOR_TOO_OLD", "The events since this cursor cannot be given. Load the data again and subscribe without it.";
    /// Direct chats have nothing of the kind, or do not allow it.
    DirectChat = "DIRECT_CHAT", "This is not possible in a direct chat.";
    /// Another request has used this id.
    IdTaken = "ID_TAKEN", "Another request has already used this id.";
    /// In a public chat that the caller may see, but does not take part in.
    JoinFirst = "JOIN_FIRST", "Join the chat first.";
    /// A chat cannot be without an owner.
    LastOwner = "LAST_OWNER", "Make someone else an owner first.";
    /// Removing oneself is leaving.
    LeaveInstead = "LEAVE_INSTEAD", "You cannot remove yourself. Leave the chat instead.";
    /// In a large chat, mentioning all is for owners and admins.
    MentionAllNotAllowed { people: u32 } = "MENTION_ALL_NOT_ALLOWED", "In a chat with more than {people} people, only an owner or an admin may mention all.";
    /// All participants of the chat were mentioned a moment ago.
    MentionAllTooOften = "MENTION_ALL_TOO_OFTEN", "All participants were mentioned less than a minute ago. Try again later.";
    /// The message was removed, and stays so.
    MessageRemoved = "MESSAGE_REMOVED", "The message has been removed.";
    /// Two arguments that exclude each other.
    NotTogetherWith { other: &'static str } = "NOT_TOGETHER_WITH", "It cannot be combined with {other}.";
    /// Not an emoji, or more than one.
    NotAnEmoji = "NOT_AN_EMOJI", "It must be a single emoji.";
    /// Not a cursor, or one of another list or feed.
    NotACursor = "NOT_A_CURSOR", "This is not a cursor of this list.";
    /// Ids that clients make are UUIDs of version 7.
    NotAUuid = "NOT_A_UUID", "It must be a UUID of version 7.";
    /// Not an e-mail address that mail could reach.
    NotAnEmailAddress = "NOT_AN_EMAIL_ADDRESS", "It must be an e-mail address.";
    /// Nothing in it can be seen.
    NothingVisible = "NOTHING_VISIBLE", "It must contain at least one visible character.";
    /// A group or public chat needs it.
    Required = "REQUIRED", "It is required.";
    /// Only the author of the message may do this.
    NotTheAuthor = "NOT_THE_AUTHOR", "Only the author of a message may do this.";
    /// The chat does without reactions.
    ReactionsNotAllowed = "REACTIONS_NOT_ALLOWED", "This chat does not allow reactions.";
    /// The chat does without threads.
    ThreadsNotAllowed = "THREADS_NOT_ALLOWED", "This chat does not allow threads.";
    /// Only public chats can be joined.
    NotPublic = "NOT_PUBLIC", "Only public chats can be joined.";
    /// A direct chat is with one other person.
    OneOtherPerson = "ONE_OTHER_PERSON", "A direct chat is with exactly one other person.";
    /// A number outside its range.
    OutOfRange { min: i64, max: i64 } = "OUT_OF_RANGE", "It must be between {min} and {max}.";
    /// Only an owner of the chat may do this.
    OwnersOnly = "OWNERS_ONLY", "Only an owner may do this.";
    /// Another user has it.
    Taken = "TAKEN", "It is already taken. Choose another one.";
    /// A password that can be guessed.
    TooEasyToGuess = "TOO_EASY_TO_GUESS", "It is too easy to guess. Add another word or two.";
    /// Fewer things than needed.
    TooFew { min: u32 } = "TOO_FEW", "It must name at least {min}.";
    /// The chat has as many pinned messages as it can have.
    TooManyPinnedMessages { max: u32 } = "TOO_MANY_PINNED_MESSAGES", "A chat can have at most {max} pinned messages.";
    /// More threads of one chat than one may follow.
    TooManyFollowedThreads { max: u32 } = "TOO_MANY_FOLLOWED_THREADS", "You can follow at most {max} threads of a chat.";
    /// More drafts of one user than there is room for.
    TooManyDrafts { max: u32 } = "TOO_MANY_DRAFTS", "You can have at most {max} drafts.";
    /// More chats than one may pin.
    TooManyPinnedChats { max: u32 } = "TOO_MANY_PINNED_CHATS", "You can pin at most {max} chats.";
    /// More people in one message than may be mentioned.
    TooManyMentions { max: u32 } = "TOO_MANY_MENTIONS", "A message can mention at most {max} people.";
    /// More different reactions than a message has room for.
    TooManyReactions { max: u32 } = "TOO_MANY_REACTIONS", "A message can have at most {max} different reactions.";
    /// More characters than there is room for.
    TooLong { max: u32 } = "TOO_LONG", "It must have at most {max} characters.";
    /// More things than there is room for.
    TooMany { max: u32 } = "TOO_MANY", "It must name at most {max}.";
    /// Fewer characters than needed.
    TooShort { min: u32 } = "TOO_SHORT", "It must have at least {min} characters.";
    /// Not the caller's password.
    WrongPassword = "WRONG_PASSWORD", "This is not your current password.";
}
