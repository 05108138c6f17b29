#![doc = include_str!("../README.md")]

pub mod checker;
mod client;
pub mod environment;
pub mod history;
mod injection;
pub mod interceptors;
pub mod matrix;
pub mod mutants;
pub mod report;
mod resource_watch;
pub mod run;
pub mod seeded_rng;
mod traffic;
pub mod watch;
pub mod workload;
