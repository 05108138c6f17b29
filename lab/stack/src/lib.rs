#![doc = include_str!("../README.md")]

pub mod client;
pub mod db;
pub mod demo;
pub mod directory;
mod error;
mod installed_programs;
pub mod ports;
pub mod process;
mod secret;
pub mod servers;
pub mod stack;
pub mod tcp_proxy;
pub mod testing;
mod unix_account;

pub use error::Error;
