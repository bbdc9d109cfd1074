//! What the window takes. All of it is checked before the window opens.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::CliError;
use super::at::AtArguments;
use super::fold::HostArgument;
use super::store::{ChoiceArguments, store_name};
use crate::app::{Place, Start};
use crate::session::PROGRAM;

/// What the window opens with.
#[derive(Args, Debug, Default)]
pub struct WindowArguments {
    /// Stores to open; --stream, --at, --at-time and --reducer are for the first of them
    #[arg(value_name = "STORE", value_parser = store_name())]
    stores: Vec<PathBuf>,
    /// The stream to show
    #[arg(long, value_name = "S")]
    stream: Option<String>,
    #[command(flatten)]
    at: AtArguments,
    /// Module that computes states, with #name to choose one export
    #[arg(long, value_name = "FILE[#NAME]")]
    reducer: Option<String>,
    /// Program that computes states, with its arguments; it is run as you would run it
    #[arg(long, value_name = "COMMAND", conflicts_with = "reducer")]
    reducer_command: Option<String>,
    /// What runs modules: Node in a jail where it is there, else the sandbox
    #[arg(long, value_enum, default_value = "auto")]
    host: HostArgument,
    #[command(flatten)]
    choice: ChoiceArguments,
    /// Who draws the window
    #[arg(long, value_enum, default_value = "auto")]
    pub renderer: Renderer,
    /// Open a window of its own, also where the desktop has one
    #[arg(long)]
    new_window: bool,
}

/// Who draws the window: OpenGL, or wgpu (Vulkan, Metal, DirectX).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Renderer {
    /// OpenGL, then wgpu where that does not start
    #[default]
    Auto,
    Glow,
    Wgpu,
}

impl WindowArguments {
    /// The window that the desktop has already may open the stores: how they are read and what
    /// runs reducers is nothing that this start would do otherwise.
    pub fn may_join(&self) -> bool {
        let WindowArguments { reducer, reducer_command, host, choice, renderer, new_window, .. } = self;
        let ChoiceArguments { dialect, table, map, tenant } = choice;
        let texts = [reducer, reducer_command, dialect, table, tenant];
        let plain = *host == HostArgument::default() && *renderer == Renderer::default() && map.is_empty();
        plain && !new_window && texts.iter().all(|text| text.is_none())
    }

    /// The places to open. A store that is not there is one of them: the window shows why.
    ///
    /// # Errors
    /// An option that says nothing.
    pub fn start(&self) -> Result<Start, CliError> {
        let (at, choice) = (self.at.place()?, self.choice.choice()?);
        let (store, stream) = ((!self.stores.is_empty(), "a STORE"), (self.stream.is_some(), "--stream"));
        for (option, given, (there, needed)) in [
            ("--at", self.at.at.is_some(), stream),
            ("--at-time", self.at.at_time.is_some(), stream),
            ("--stream", self.stream.is_some(), store),
            ("--reducer", self.reducer.is_some(), store),
            ("--reducer-command", self.reducer_command.is_some(), store),
            ("--dialect", self.choice.dialect.is_some(), store),
            ("--table", self.choice.table.is_some(), store),
            ("--map", !self.choice.map.is_empty(), store),
        ] {
            if given && !there {
                let what = format!("{option} says nothing without {needed}");
                return Err(CliError::usage(what, "write eventglass STORE --stream S --at N"));
            }
        }
        let mut places: Vec<Place> = self.stores.iter().map(Place::of).collect();
        if let Some(first) = places.first_mut() {
            let command = self.reducer_command.as_ref().map(|command| format!("{PROGRAM}{command}"));
            (first.stream, first.at, first.reducer) = (self.stream.clone(), at, self.reducer.clone().or(command));
        }
        Ok(Start { places, choice, host: self.host.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::Parser;

    use super::*;
    use crate::cli::Arguments;
    use crate::formats::OpenChoice;
    use crate::index::At;
    use crate::model::{Time, Version};
    use crate::session::WantedHost;

    /// What the window opens with, by these arguments.
    fn start<T: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> Result<Start, CliError> {
        let arguments = arguments.into_iter().map(Into::into);
        let all = [OsString::from("eventglass")].into_iter().chain(arguments);
        Arguments::try_parse_from(all).expect("arguments").window.start()
    }

    #[test]
    fn what_is_chosen_in_the_stores_is_for_the_first() {
        let start = start(["a.db", "b.db", "--stream", "s-1", "--at", "v57", "--reducer", "r.mjs#x"]).expect("places");
        let first = Place {
            stream: Some("s-1".to_owned()),
            at: At::Version(Version(57)),
            reducer: Some("r.mjs#x".to_owned()),
            ..Place::of("a.db")
        };
        assert_eq!(start.places, [first, Place::of("b.db")]);
    }

    #[test]
    fn how_a_store_is_read_is_for_all_of_them() {
        let start = start(["a.db", "b.db", "--dialect", "plain", "--table", "t"]).expect("places");
        assert_eq!((start.places.len(), start.choice.dialect.as_deref()), (2, Some("plain")));
        assert_eq!(start.choice.map.table.as_deref(), Some("t"));
        assert!(super::tests::start(["--renderer", "glow"]).expect("no place").places.is_empty());
    }

    #[test]
    fn what_says_nothing_is_refused_before_the_window_opens() {
        for (arguments, what) in [
            (&["a", "--stream", "s", "--at", "abc"][..], "--at abc is no version"),
            (&["a", "--stream", "s", "--at-time", "nonsense"], "--at-time nonsense is no time"),
            (&["a", "--map", "stream"], "--map: stream names no column"),
            (&["a", "--at", "57"], "--at says nothing without --stream"),
            (&["--stream", "s"], "--stream says nothing without a STORE"),
            (&["--dialect", "plain"], "--dialect says nothing without a STORE"),
        ] {
            match start(arguments) {
                Err(CliError::Usage(problem)) => assert_eq!(problem.what, what),
                other => panic!("{arguments:?}: {other:?}"),
            }
        }
    }

    /// The words that a shell makes of a line.
    #[cfg(unix)]
    fn words(line: &str) -> Vec<OsString> {
        use std::os::unix::ffi::OsStringExt;
        let script = format!("printf '%s\\0' {line}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
        assert_eq!(output.stderr, b"", "{line}");
        let words = output.stdout.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec()));
        let mut words: Vec<OsString> = words.collect();
        assert_eq!(words.pop(), Some(OsString::new()), "the end of the last word");
        words
    }

    #[cfg(unix)]
    #[test]
    fn the_command_line_of_a_place_comes_back_to_it() {
        use std::os::unix::ffi::OsStringExt;
        let odd = [
            "plain",
            "with space",
            "it's",
            "\"$HOME\" `id` $(id)",
            "a\\b",
            "two\nlines\n",
            "\n",
            "-dash",
            "--at",
            "#hash",
            "=ls",
            "~",
            "*?[x]{a,b}",
            "!!",
            "%s%n",
            "",
            "tab\tbell\u{7}esc\u{1b}[2J",
            "\u{85}c1",
            "Å-ö 文",
            "a;b&c|d<e>f",
        ];
        let places = odd.iter().flat_map(|text| {
            let text = (*text).to_owned();
            let in_store = Place { stream: Some(text.clone()), reducer: Some(text.clone()), ..Place::of("/a.db") };
            let ats = [At::Last, At::Initial, At::Version(Version(-7)), At::Time(Time(1_772_600_000_123_456))];
            let mut places: Vec<Place> = ats.into_iter().map(|at| Place { at, ..in_store.clone() }).collect();
            if !text.is_empty() {
                places.push(Place::of(format!("/folder/{text}")));
            }
            places
        });
        let bytes = PathBuf::from(OsString::from_vec(b"/odd\xff'\n\xfe\n.db".to_vec()));
        for place in places.chain([Place::of(bytes)]) {
            let line = place.command_line(&OpenChoice::default());
            assert!(line.chars().all(|c| c == '\n' || !c.is_control()), "keys in {line:?}");
            let words = words(&line);
            assert_eq!(words[0], "eventglass");
            assert_eq!(start(words[1..].to_vec()).expect("a place").places, [place], "{line}");
        }
    }

    #[test]
    fn what_runs_reducers_is_said_to_the_window() {
        assert_eq!(start(["a.db"]).expect("places").host, WantedHost::Auto);
        assert_eq!(start(["a.db", "--host", "sandbox"]).expect("places").host, WantedHost::Sandbox);
    }

    #[test]
    fn the_command_line_says_how_the_store_is_read() {
        let arguments = ["a.db", "--dialect", "plain", "--table", "t", "--map", "stream=a,type=b,data=c"];
        let Start { places, choice, .. } = start(arguments).expect("places");
        let line = places[0].command_line(&choice);
        assert_eq!(line, "eventglass ./a.db --dialect plain --table t --map data=c --map stream=a --map type=b");
    }

    #[test]
    fn the_command_line_of_a_place_reads_well() {
        let place = Place {
            stream: Some("account-1042".to_owned()),
            at: At::Version(Version(57)),
            reducer: Some("/a/reducers.mjs#account".to_owned()),
            ..Place::of("/a/bank.db")
        };
        let line = "eventglass /a/bank.db --stream account-1042 --at 57 --reducer /a/reducers.mjs#account";
        assert_eq!(place.command_line(&OpenChoice::default()), line);
        for (store, line) in [("info", "eventglass ./info"), ("-x", "eventglass ./-x"), ("../b", "eventglass ../b")] {
            assert_eq!(Place::of(store).command_line(&OpenChoice::default()), line);
        }
    }
}
