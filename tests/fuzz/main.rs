//! Fuzzing on stable Rust: inputs that are almost right, mutated over and over, and for each
//! what must hold. Five targets: JSON, files of JSON, dialects, SQLite
//! files, dumps.
//!
//! Every target runs `EVENTGLASS_FUZZ_SECONDS` (without it: so many mutations, always the same),
//! from the seed `EVENTGLASS_SEED`. Inputs that show something new, a finding,
//! an error, a kind of row, are kept and mutated further. What fails is made smaller and put
//! into a file below `target/tmp/fuzz`; `EVENTGLASS_FUZZ_INPUT=FILE` runs that one alone.
//!
//! An input may not take more steps than its size explains; only what never ends is noticed by
//! the clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

#[path = "../engine/chance.rs"]
mod chance;
mod dialect;
mod driver;
mod dumps;
mod json;
mod lines;
mod mutate;
mod sqlite;
mod walk;

#[test]
fn json_is_read_alike_by_all_who_read_it() {
    driver::run(&mut json::Json);
}

#[test]
fn files_of_json_lose_no_line_in_any_form() {
    driver::run(&mut lines::Lines::new());
}

#[test]
fn dialects_are_understood_or_refused_in_words() {
    driver::run(&mut dialect::Dialects::new());
}

#[test]
fn dumps_of_any_kind_are_read_or_refused_in_words() {
    driver::run(&mut dumps::Dumps::new());
}

#[test]
fn damaged_sqlite_files_are_read_as_far_as_sqlite_reads_them() {
    driver::run(&mut sqlite::Sqlite::new());
}
