//! The sheet of the frameworks that are known: read anew each time it is shown.

use super::App;
use super::desk::Modal;
use crate::model::Problem;
use crate::session::{FrameworkReader, Frameworks};

/// See the module's documentation.
pub(super) struct FrameworksSheet {
    reader: FrameworkReader,
    /// `None` until it is read.
    pub(super) read: Option<Result<Frameworks, Problem>>,
}

impl FrameworksSheet {
    pub(super) fn is_waiting(&self) -> bool {
        self.read.is_none()
    }

    pub(super) fn poll(&mut self) {
        if let Some(answer) = self.reader.answer() {
            self.read = Some(answer);
        }
    }
}

impl App {
    pub(super) fn show_frameworks(&mut self) {
        let reader = FrameworkReader::start(self.desk.folders.dialects.clone(), self.desk.waker.clone());
        self.desk.frameworks = Some(FrameworksSheet { reader, read: None });
        self.desk.modal = Some(Modal::Frameworks);
    }
}
