#![doc = include_str!("../README.md")]

pub mod checker;
mod client;
pub mod dice;
pub mod history;
mod injection;
pub mod interceptors;
pub mod matrix;
pub mod mutants;
pub mod report;
pub mod run;
pub mod scene;
pub mod stage;
mod traffic;
mod upkeep;
pub mod watch;
