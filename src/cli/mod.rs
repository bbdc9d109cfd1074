//! The command line: the same engine without a window. Shapes of `--json` are stable and in
//! the README; for a person it prints aligned text.
//!
//! A verb is a struct with its options, in a file of its own; its `run` prints the answer. A
//! new one is that file, named here, and a line in [`Verb`] and in its `run`.

mod at;
mod blame;
mod chain;
mod check;
mod compare;
mod desktop;
mod dialects;
mod diff;
mod events;
mod export;
mod fold;
mod ids;
mod info;
mod print;
mod search;
mod state;
mod store;
mod streams;
mod window;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufWriter, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

use crate::export::ExportError;
use crate::model::{Helpful, Problem};
use crate::replay::module::ModuleError;
use crate::session::documents::NoDocuments;
pub use desktop::DesktopArguments;
pub use window::{Renderer, WindowArguments};

/// Opens any event store and shows how each stream came to be what it is.
#[derive(Debug, Parser)]
#[command(name = "eventglass", version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub window: WindowArguments,
    #[command(flatten)]
    pub desktop: DesktopArguments,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    Info(info::Info),
    Streams(streams::Streams),
    Events(events::Events),
    State(state::State),
    Diff(diff::Diff),
    Blame(blame::Blame),
    Search(search::Search),
    Export(export::Export),
    Check(check::Check),
    Dialects(dialects::Dialects),
}

impl Verb {
    /// The number is the exit code: 1 where an answer was printed that is not the one asked for.
    fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        match self {
            Verb::Info(verb) => verb.run(out),
            Verb::Streams(verb) => verb.run(out),
            Verb::Events(verb) => verb.run(out),
            Verb::State(verb) => verb.run(out),
            Verb::Diff(verb) => verb.run(out),
            Verb::Blame(verb) => verb.run(out),
            Verb::Search(verb) => verb.run(out),
            Verb::Export(verb) => verb.run(out),
            Verb::Check(verb) => verb.run(out),
            Verb::Dialects(verb) => verb.run(out),
        }
    }
}

/// Why it could not be done: `error: …` and `help: …` on stderr.
#[derive(Debug)]
pub enum CliError {
    /// An option that says nothing, or too much.
    Usage(Problem),
    Failed(Problem),
    /// What the store means is not known; the commands that may be meant follow the help.
    Unknown(Problem, Vec<String>),
    Write(io::Error),
}

impl CliError {
    fn usage(what: impl Into<String>, help: impl Into<String>) -> CliError {
        CliError::Usage(Problem { what: what.into(), cause: String::new(), help: help.into() })
    }

    fn failed(what: impl Into<String>, help: impl Into<String>) -> CliError {
        CliError::Failed(Problem { what: what.into(), cause: String::new(), help: help.into() })
    }

    fn exit_code(&self) -> u8 {
        match self {
            CliError::Usage(_) => 2,
            CliError::Failed(_) | CliError::Unknown(..) | CliError::Write(_) => 1,
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::Usage(Problem { what, help, .. }) | CliError::Failed(Problem { what, help, .. }) => {
                write!(f, "error: {}\nhelp: {}", print::visible(what), print::visible(help))
            }
            CliError::Unknown(Problem { what, help, .. }, commands) => {
                write!(f, "error: {}\nhelp: {}", print::visible(what), print::visible(help))?;
                commands.iter().try_for_each(|command| write!(f, "\nhelp: {}", print::visible(command)))
            }
            CliError::Write(error) => {
                write!(f, "error: writing failed: {error}\nhelp: check the place the output goes to")
            }
        }
    }
}

impl std::error::Error for CliError {}

impl<E: Helpful> From<E> for CliError {
    fn from(error: E) -> CliError {
        CliError::failed(error.to_string(), error.help())
    }
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> CliError {
        match error {
            ExportError::Read(error) => error.into(),
            ExportError::Module(error) => error.into(),
            ExportError::NoReducer(problem) => CliError::Failed(problem),
            ExportError::Write(error) => error.into(),
        }
    }
}

impl From<NoDocuments> for CliError {
    fn from(none: NoDocuments) -> CliError {
        match none {
            NoDocuments::None(problem) => CliError::Failed(problem),
            NoDocuments::Unreadable(error) => error.into(),
        }
    }
}

impl From<ModuleError> for CliError {
    fn from(error: ModuleError) -> CliError {
        CliError::failed(error.to_string(), error.help)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> CliError {
        CliError::Write(error)
    }
}

/// Reads the arguments. An error is the exit code: what there is to say was said.
///
/// # Errors
/// Wrong usage (2), or help and version were asked for and printed (0).
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, u8> {
    Arguments::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Whoever closed stdout has seen enough.
            let _ = error.print();
            0
        }
        _ => refuse(&wrong_usage(&error)),
    })
}

/// What the parser of the arguments says, in the two lines of all errors.
fn wrong_usage(error: &clap::Error) -> CliError {
    let text = error.render().to_string();
    let said = text.split("\n\nUsage:").next().and_then(|said| said.split("\n\nFor more").next()).unwrap_or_default();
    // Tips follow a blank line; they are not ours to give.
    let what = said.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    let what: Vec<&str> = what.split_whitespace().collect();
    let help = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string().replacen("Usage: ", "write ", 1),
        _ => "add --help to see what it takes".to_owned(),
    };
    CliError::usage(what.join(" "), help)
}

/// Runs a verb. The number is the exit code: 0 done, 1 could not do it, 2 wrong usage.
pub fn run(verb: &Verb) -> u8 {
    let mut out = BufWriter::new(io::stdout().lock());
    match verb.run(&mut out).and_then(|code| Ok(out.flush().map(|()| code)?)) {
        Ok(code) => code,
        // Whoever read the output has seen enough.
        Err(CliError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => refuse(&error),
    }
}

/// Says why it could not be done; the number is the exit code.
pub fn refuse(error: &CliError) -> u8 {
    // A closed stderr is nobody's loss.
    let _ = writeln!(io::stderr(), "{error}");
    error.exit_code()
}
