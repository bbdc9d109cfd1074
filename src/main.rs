//! Starts the window, or a verb of the command line.

use std::process::ExitCode;

use eventglass::app::Start;
use eventglass::cli::{self, WindowArguments};
#[cfg(feature = "gui")]
use eventglass::desktop::instance::{self, Joined};
use eventglass::replay::host;
use eventglass::{formats, home};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(verb) if verb == host::HOST_VERB => {
            return host::serve(arguments).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
        Some(verb) if verb == host::PROGRAM_VERB => {
            eprintln!("{}", host::become_program(arguments));
            return ExitCode::from(127);
        }
        _ => {}
    }
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error")).init();
    let arguments = match cli::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(code) => return ExitCode::from(code),
    };
    if let Some(code) = arguments.desktop.run() {
        return ExitCode::from(code);
    }
    formats::sweep(&home::cache());
    match (&arguments.verb, arguments.window.start()) {
        (Some(verb), _) => ExitCode::from(cli::run(verb)),
        (None, Ok(start)) => window(start, &arguments.window),
        (None, Err(error)) => ExitCode::from(cli::refuse(&error)),
    }
}

#[cfg(not(feature = "gui"))]
fn window(_start: Start, _arguments: &WindowArguments) -> ExitCode {
    eprintln!(
        "error: this build has no window\nhelp: use a verb, see eventglass --help, or build with the feature gui"
    );
    ExitCode::from(2)
}

#[cfg(feature = "gui")]
fn window(start: Start, arguments: &WindowArguments) -> ExitCode {
    let joined = if arguments.may_join() { instance::join(&start.places) } else { Joined::Alone };
    let instance = match joined {
        Joined::HandedOver => return ExitCode::SUCCESS,
        Joined::First(instance) => Some(instance),
        Joined::Alone => None,
    };
    match eventglass::ui::shell::run(start, arguments.renderer, instance) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "error: no window: {error}\nhelp: check DISPLAY, try --renderer wgpu, or use a verb (eventglass --help)"
            );
            ExitCode::from(1)
        }
    }
}
