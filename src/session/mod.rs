//! Joins everything below: opens stores, reads reducers, runs the background threads.

pub mod indexer;
pub mod pages;
pub mod reducer_file;

pub use indexer::Indexer;
pub use pages::StreamSource;
pub use reducer_file::{Choice, ReducerFile};
