//! Tests of the engine from outside: the library as the window uses it, and the real
//! program as a user runs it. Every store is made by the test, but for the sample stores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod chance;
mod cli;
mod damage;
mod dialects;
mod doors;
mod dumps;
mod export;
mod hostile;
mod large;
mod layers;
mod library_states;
mod locks;
mod python_eventsourcing;
mod read_only;
mod session;
mod support;
mod tables;
mod tidy;
mod values;
mod writer;
