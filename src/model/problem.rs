//! [`Problem`]: what went wrong, in the user's words; one form from the reader to the window.

/// What could not be done, why, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// "bank.db could not be opened".
    pub what: String,
    /// With the place: "page 12 is not a database page".
    pub cause: String,
    /// One sentence, without "help:".
    pub help: String,
}

/// An error that knows what its reader can do.
pub trait Helpful: std::error::Error {
    /// One sentence, without "help:".
    fn help(&self) -> String;

    /// The error as a [`Problem`]; `what` could not be done because of it.
    fn problem(&self, what: impl Into<String>) -> Problem
    where
        Self: Sized,
    {
        Problem { what: what.into(), cause: self.to_string(), help: self.help() }
    }
}
