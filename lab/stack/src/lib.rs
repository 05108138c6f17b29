#![doc = include_str!("../README.md")]

mod account;
pub mod client;
pub mod db;
pub mod demo;
pub mod directory;
mod error;
pub mod ports;
pub mod process;
mod programs;
mod secret;
pub mod servers;
pub mod stack;
pub mod tcp_proxy;
pub mod testing;

pub use error::Error;
