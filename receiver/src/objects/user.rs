//! People: exactly the contract's type, so there is nothing of our own to add.

pub use shared_schema::User;
