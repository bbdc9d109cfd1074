//! `--install-desktop` and `--uninstall-desktop`.

use std::io::Write;

use clap::Args;

use super::{CliError, refuse};
use crate::desktop::entry;

/// What is done to the desktop, instead of opening a window.
#[derive(Args, Debug, Default)]
pub struct DesktopArguments {
    /// Add the program to the desktop of this user: its menu entry, icon and types of files
    #[arg(long, exclusive = true)]
    install_desktop: bool,
    /// Take out what --install-desktop wrote
    #[arg(long, exclusive = true)]
    uninstall_desktop: bool,
}

impl DesktopArguments {
    /// Does what was asked for; the number is the exit code, `None` where nothing was.
    pub fn run(&self) -> Option<u8> {
        let done = match (self.install_desktop, self.uninstall_desktop) {
            (true, _) => entry::install(),
            (_, true) => entry::uninstall(),
            _ => return None,
        };
        Some(match done {
            Ok(done) => {
                // A closed stdout is nobody's loss.
                let _ = writeln!(std::io::stdout(), "{done}");
                0
            }
            Err(problem) => refuse(&CliError::failed(format!("{}: {}", problem.what, problem.cause), problem.help)),
        })
    }
}
