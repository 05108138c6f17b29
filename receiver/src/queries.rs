//! One file per query: arguments, resolver, rule.

pub(crate) mod chat;
pub(crate) mod chats;
pub(crate) mod drafts;
pub(crate) mod event_digest;
pub(crate) mod feed;
pub(crate) mod followed_threads;
pub(crate) mod mentions;
pub(crate) mod message;
pub(crate) mod message_receipts;
pub(crate) mod message_revisions;
pub(crate) mod messages;
pub(crate) mod my_messages;
pub(crate) mod public_chats;
pub(crate) mod search_messages;
pub(crate) mod thread;
pub(crate) mod unread_counts;
pub(crate) mod viewer_state;

use async_graphql::MergedObject;

/// Queries about chats, messages and feeds. All of them require a signed-in caller.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    chats::Chats,
    public_chats::PublicChats,
    chat::ChatById,
    messages::Messages,
    message::MessageById,
    message_revisions::MessageRevisions,
    message_receipts::MessageReceipts,
    thread::ThreadByRoot,
    followed_threads::FollowedThreads,
    mentions::Mentions,
    search_messages::SearchMessages,
    my_messages::MyMessages,
    viewer_state::ViewerStateOfChat,
    unread_counts::UnreadCounts,
    drafts::Drafts,
    feed::FeedPage,
    event_digest::EventDigestOfChat,
);
