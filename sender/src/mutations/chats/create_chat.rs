//! `createChat`: a conversation begins.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::{GenericClient, Transaction};
use feed_log::{Outcome, PendingEvents, append};
use futures_util::{future::OptionFuture, try_join};
use shared_schema::{Change, ChatId, ChatKind, Cursor, ParticipantRole, Reason, UserId};

use crate::{
    chats::{description::Description, name::ChatName},
    db::{
        chats::{self, DirectPair, NewChat, StoredChat},
        feeds, participants, profiles,
    },
    idempotency::{key, request_hash::RequestHash},
    limits::Charged,
    objects,
    participants::{
        join::{Join, join_users},
        user_ids::UserIds,
    },
    state::RequestContext,
    transaction::runner::TransactionRunner,
};

/// What sort of chat, and who takes part.
#[derive(InputObject)]
pub struct CreateChatInput {
    /// A UUIDv7 made by the client: the idempotency key. Sending the same again has the same result; the same id with
    /// another request is a CONFLICT.
    id: Option<ID>,
    /// Direct, group or public. It never changes.
    kind: ChatKind,
    /// 1 to 100 characters after trimming, at least one of them visible; those that nobody sees are taken out. Needed for
    /// group and public chats, refused for direct ones.
    name: Option<String>,
    /// At most 500 characters after trimming. Refused for direct chats.
    description: Option<String>,
    /// Everyone else who takes part from the start: at most 250, and exactly one for a direct chat. The caller always
    /// takes part and need not be named.
    participant_ids: Vec<UserId>,
}

/// The chat, stored.
#[derive(SimpleObject)]
pub struct CreateChatPayload {
    /// The new chat; for a pair of people who have a direct chat already, that one.
    chat: objects::Chat,
    /// Who takes part: those of the request and the caller.
    participants: Vec<objects::Participant>,
    /// The position right after the event that added the participants; for a direct chat that existed, right after its
    /// newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct CreateChat;

#[Object]
impl CreateChat {
    /// Creates a chat. The caller becomes its owner; in a direct chat both people are members. There is one direct chat
    /// per pair of people: asking for another one answers with the one that exists. Safe to retry with the same id.
    /// `RATE_LIMITED` when the caller has created too many chats lately, or brought too many people into chats; what exists
    /// already costs nothing.
    async fn create_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What sort of chat, and who takes part.")] input: CreateChatInput,
    ) -> async_graphql::Result<CreateChatPayload> {
        let caller = Caller::of(context)?.clone();
        let plan = Plan::parse(input, &caller)?;
        let transactions = &context.state()?.transactions;
        let charged = charge(context, transactions, &caller, &plan).await?;
        let created = transactions
            .run(async move |tx| create(tx, &caller, &plan).await)
            .await;
        if let (Err(error), Some(charged)) = (&created, charged) {
            charged.failed(error).await;
        }
        Ok(created?)
    }
}

/// Counts a new chat and its people. One that is there already is asked for again, or found: that costs nothing.
async fn charge<'a>(
    context: &Context<'a>,
    transactions: &TransactionRunner,
    caller: &Caller,
    plan: &Plan,
) -> Result<Option<Charged<'a>>, Error> {
    if earlier(&transactions.client().await?, plan)
        .await?
        .is_some()
    {
        return Ok(None);
    }
    let others = plan.others.as_slice().len();
    let limits = &context.state()?.limits;
    Ok(Some(limits.create_chat(caller.user_id, others).await?))
}

struct Plan {
    id: ChatId,
    kind: ChatKind,
    name: Option<ChatName>,
    description: Description,
    others: UserIds,
    direct_pair: Option<DirectPair>,
    request_hash: Vec<u8>,
}

impl Plan {
    fn parse(input: CreateChatInput, caller: &Caller) -> Result<Self, Error> {
        let name = input.name.as_deref().map(ChatName::parse).transpose()?;
        let description = Description::parse(input.description.as_deref().unwrap_or_default())?;
        let others =
            UserIds::parse("participantIds", input.participant_ids)?.without(caller.user_id);
        let direct_pair = match (input.kind, others.as_slice()) {
            (ChatKind::Direct, _) if name.is_some() => {
                return Err(Error::bad_input("name", Reason::DirectChat));
            }
            (ChatKind::Direct, _) if !description.as_str().is_empty() => {
                return Err(Error::bad_input("description", Reason::DirectChat));
            }
            (ChatKind::Direct, [other]) => Some(DirectPair::of(caller.user_id, *other)),
            (ChatKind::Direct, _) => {
                return Err(Error::bad_input("participantIds", Reason::OneOtherPerson));
            }
            (ChatKind::Group | ChatKind::Public, _) if name.is_none() => {
                return Err(Error::bad_input("name", Reason::Required));
            }
            (ChatKind::Group | ChatKind::Public, _) => None,
        };
        let name_text = name.as_ref().map(|name| name.as_str().as_bytes());
        let request_hash = RequestHash::of("createChat", caller.user_id)
            .part(input.kind.as_str().as_bytes())
            .optional(name_text)
            .part(description.as_str().as_bytes());
        let request_hash = others
            .as_slice()
            .iter()
            .fold(request_hash, |hash, user| hash.part(user.0.as_bytes()))
            .finish();
        Ok(Self {
            id: key::parse_or_new(input.id.as_ref())?,
            kind: input.kind,
            name,
            description,
            others,
            direct_pair,
            request_hash,
        })
    }

    /// Everyone in the new chat.
    fn people(&self, caller: UserId) -> Vec<(UserId, ParticipantRole)> {
        let role = match self.kind {
            ChatKind::Direct => ParticipantRole::Member,
            ChatKind::Group | ChatKind::Public => ParticipantRole::Owner,
        };
        let others = self.others.as_slice().iter();
        std::iter::once((caller, role))
            .chain(others.map(|user| (*user, ParticipantRole::Member)))
            .collect()
    }
}

async fn create(
    tx: &Transaction<'_>,
    caller: &Caller,
    plan: &Plan,
) -> Result<Outcome<CreateChatPayload>, Error> {
    let (username, known, earlier) = try_join!(
        profiles::username(tx, caller.user_id),
        profiles::existing_ids(tx, plan.others.as_slice()),
        earlier(tx, plan),
    )?;
    if username.is_none() {
        return Err(Error::unauthenticated());
    }
    if let Some(chat) = earlier {
        return repeat(tx, caller, plan, chat).await;
    }
    if plan
        .others
        .as_slice()
        .iter()
        .any(|user| !known.contains(user))
    {
        return Err(Error::not_found_in("participantIds", "user"));
    }
    let people = plan.people(caller.user_id);
    let new = NewChat {
        id: plan.id,
        kind: plan.kind,
        name: plan.name.as_ref(),
        description: &plan.description,
        direct_pair: plan.direct_pair,
        participant_count: i32::try_from(people.len()).unwrap_or(i32::MAX),
        created_by: caller.user_id,
        request_hash: &plan.request_hash,
    };
    match chats::insert(tx, new).await? {
        Some(chat) => open(tx, caller, chat, &people).await,
        // Someone else was faster with this id or with this pair.
        None => match self::earlier(tx, plan).await? {
            Some(chat) => repeat(tx, caller, plan, chat).await,
            None => Err(taken()),
        },
    }
}

/// The chat that already has this id, else the one of this pair.
async fn earlier(db: &impl GenericClient, plan: &Plan) -> Result<Option<StoredChat>, Error> {
    let pair = plan.direct_pair.map(|pair| chats::find_direct(db, pair));
    let (same_id, same_pair) = try_join!(chats::find(db, plan.id), async {
        OptionFuture::from(pair).await.transpose()
    })?;
    Ok(same_id.or(same_pair.flatten()))
}

/// Answers with the chat that is there already, if this request may have it.
async fn repeat(
    tx: &Transaction<'_>,
    caller: &Caller,
    plan: &Plan,
    chat: StoredChat,
) -> Result<Outcome<CreateChatPayload>, Error> {
    let retried = chat.id == plan.id;
    if retried && chat.request_hash != plan.request_hash {
        return Err(taken());
    }
    let people: Vec<UserId> = plan
        .people(caller.user_id)
        .into_iter()
        .map(|(user, _)| user)
        .collect();
    let (feed, participants) = try_join!(
        feeds::find(tx, chat.id.into()),
        participants::find_many(tx, chat.id, &people),
    )?;
    // Their own chat once, but they have left it since, or it was removed.
    let takes_part = participants.iter().any(|one| one.user_id == caller.user_id);
    let missing = || Error::not_found_in("id", "chat");
    let feed = feed.filter(|_| takes_part).ok_or_else(missing)?;
    let cursor = if retried {
        let position = (feed.feed, PARTICIPANTS_ADDED_SEQ);
        let added = Change::ParticipantsAdded {
            participants: vec![],
        };
        feeds::event(tx, position, added).await?.cursor()
    } else {
        feed.cursor()
    };
    Ok(Outcome::unchanged(CreateChatPayload {
        chat: chat.with(&feed).into(),
        participants: participants.into_iter().map(Into::into).collect(),
        cursor,
    }))
}

/// Where the first participants stand in every chat's feed: right after `CHAT_CREATED`.
const PARTICIPANTS_ADDED_SEQ: i64 = 2;

/// Gives a chat that was just inserted its feed, its first events and its participants.
async fn open(
    tx: &Transaction<'_>,
    caller: &Caller,
    chat: StoredChat,
    people: &[(UserId, ParticipantRole)],
) -> Result<Outcome<CreateChatPayload>, Error> {
    // A user's feed may have this id: whoever made it up gets no chat.
    let feed = feeds::create(tx, chat.id).await?.ok_or_else(taken)?;
    let created = append(tx, caller.user_id, chat.id, Change::ChatCreated).await?;
    let join = Join {
        chat_id: chat.id,
        actor: caller.user_id,
        users: people,
        last_seq: created.seq,
        message_count: feed.message_count,
    };
    let joined = join_users(tx, join).await?;
    Ok(Outcome {
        payload: CreateChatPayload {
            chat: chat.with(&feed).into(),
            participants: joined.participants.into_iter().map(Into::into).collect(),
            cursor: joined.cursor,
        },
        events: PendingEvents::default()
            .event(created)
            .events(joined.events),
    })
}

/// The id is not free. This says nothing about what has it.
fn taken() -> Error {
    Error::conflict_on("id", Reason::IdTaken)
}
