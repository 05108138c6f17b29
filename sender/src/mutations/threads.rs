//! Mutations about threads.

pub mod follow_thread;
pub mod mark_thread_as_read;
pub mod unfollow_thread;
