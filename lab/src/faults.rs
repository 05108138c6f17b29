//! The fault lab: breaks the running system from a seed, writes down what every client saw,
//! and lets a checker judge that shares no code with the services.
//!
//! [`matrix`] says what is broken and how long a message may take meanwhile, `injection` does
//! it, `client` and `traffic` are the people who go on writing, [`history`] is what they saw,
//! and [`checker`] is the judge. `docs/FAULTS.md` says what is proven by this.

pub mod checker;
mod client;
pub mod dice;
pub mod history;
mod injection;
pub mod link;
pub mod matrix;
pub mod mutants;
pub mod report;
pub mod run;
pub mod scene;
pub mod stage;
mod traffic;
mod upkeep;
