#![doc = include_str!("../README.md")]

mod account;
pub mod directory;
mod error;
pub mod ports;
pub mod process;
mod programs;
pub mod servers;

pub use error::Error;
