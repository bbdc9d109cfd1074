//! Tests of the engine from outside: the library as the window uses it, and the real
//! program as a user runs it. Every store is made by the test, but for the sample stores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod blame;
mod chance;
mod cli;
mod damage;
mod dialects;
mod documents;
mod doors;
mod dump_files;
mod dumps;
mod export;
mod export_job;
mod guess;
mod hostile;
mod hosts;
mod hosts_foreign;
mod input;
mod jail;
mod kurrent;
mod large;
mod layers;
mod library_states;
mod line_forms;
mod links;
mod locks;
mod maps;
mod modulith;
mod names;
mod order;
mod ordinary_reducers;
mod projections;
mod python_eventsourcing;
mod read_only;
mod samples;
mod sandbox;
mod search;
mod session;
mod stored;
mod support;
mod tables;
mod tidy;
mod twice;
mod values;
mod writer;
