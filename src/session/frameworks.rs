//! [`FrameworkReader`]: the frameworks that are known, for the page that lists them. The user's
//! folder is read in the background, for it may lie on a disk that is slow or gone.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use super::Waker;
use crate::dialect::{Framework, catalog, frameworks};
use crate::model::{Helpful, Problem};

/// What there is to say of all dialects.
#[derive(Clone, Debug, Default)]
pub struct Frameworks {
    /// By their names.
    pub list: Vec<Framework>,
    /// Dialects of the user's own.
    pub own: u64,
    /// Files of the user's folder that should have been some.
    pub broken: Vec<Problem>,
}

/// Reads once.
pub struct FrameworkReader(Receiver<Result<Frameworks, Problem>>);

impl FrameworkReader {
    pub fn start(folder: PathBuf, waker: Waker) -> FrameworkReader {
        let (answers, answered) = channel();
        let out = answers.clone();
        let spawned = std::thread::Builder::new().name("frameworks".to_owned()).spawn(move || {
            let catalog = catalog(Some(&folder));
            let broken = catalog.broken.iter().map(|error| error.problem("A dialect of yours is left out"));
            // Nobody listens any more where the window is closed.
            let _ = out.send(Ok(Frameworks {
                list: frameworks(&catalog.dialects),
                own: catalog.dialects.iter().filter(|known| known.is_own()).count() as u64,
                broken: broken.collect(),
            }));
            waker();
        });
        if let Err(error) = spawned {
            // The caller holds the other end.
            let _ = answers.send(Err(Problem {
                what: "The frameworks could not be listed".to_owned(),
                cause: format!("no thread could be started: {error}"),
                help: "close other programs".to_owned(),
            }));
        }
        FrameworkReader(answered)
    }

    /// What was read, as soon as it is; once.
    pub fn answer(&self) -> Option<Result<Frameworks, Problem>> {
        self.0.try_recv().ok()
    }
}
