#![doc = include_str!("../README.md")]

mod account;
pub mod bench;
pub mod client;
mod db;
pub mod demo;
pub mod directory;
mod error;
pub mod faults;
pub mod ports;
pub mod process;
mod programs;
mod secret;
pub mod servers;
pub mod stack;
pub mod watch;

pub use error::Error;
