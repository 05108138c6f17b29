//! Mutations about threads.

mod follow_thread;
mod mark_thread_as_read;
mod unfollow_thread;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct ThreadMutations(
    follow_thread::FollowThread,
    unfollow_thread::UnfollowThread,
    mark_thread_as_read::MarkThreadAsRead,
);
