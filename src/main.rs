//! Starts the window, or a verb of the command line.

use std::process::ExitCode;

use clap::Parser;
use eventglass::cli::{self, Arguments};

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error")).init();
    let arguments = Arguments::parse();
    match &arguments.verb {
        Some(verb) => ExitCode::from(cli::run(verb)),
        None => window(arguments.window),
    }
}

#[cfg(not(feature = "gui"))]
fn window(_arguments: cli::WindowArguments) -> ExitCode {
    eprintln!(
        "error: this build has no window\nhelp: use a verb, see eventglass --help, or build with the feature gui"
    );
    ExitCode::from(2)
}

#[cfg(feature = "gui")]
fn window(arguments: cli::WindowArguments) -> ExitCode {
    match eventglass::ui::shell::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "error: no window: {error}\nhelp: check DISPLAY, try --renderer wgpu, or use a verb (eventglass --help)"
            );
            ExitCode::from(1)
        }
    }
}
