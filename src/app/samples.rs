//! The sample stores: what the first page says of each, and where it opens.

use std::path::{Path, PathBuf};

use super::place::Place;
use crate::index::At;
use crate::model::Version;

/// A sample store, as its card has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleCard {
    /// Its folder, for `Action::OpenSample`; decides the picture.
    pub id: &'static str,
    pub title: &'static str,
    /// A sentence or two that end in a question, or in what is to be found.
    pub text: &'static str,
    /// The store in the folder; a folder itself where it ends with `/`.
    pub file: &'static str,
    pub framework: &'static str,
    /// Where the question arises.
    stream: &'static str,
    version: i64,
}

/// All of them, in the order of the cards.
const SAMPLES: [SampleCard; 8] = [
    SampleCard {
        id: "bank",
        title: "Bank",
        text: "An account goes overdrawn and recovers. Find the event that did it.",
        file: "bank.db",
        framework: "Emmett",
        stream: "account-1042",
        version: 57,
    },
    SampleCard {
        id: "orders",
        title: "Orders",
        text: "Order, payment and shipment interleave, and the reducer throws at one event. What is odd about it?",
        file: "orders.db",
        framework: "Python eventsourcing",
        stream: "d4c21bc4a78c5491b30d61dceca8e699",
        version: 2,
    },
    SampleCard {
        id: "library",
        title: "Library",
        text: "A reader pays for a book that was back in time. Which revision of the events took her money?",
        file: "lending.db",
        framework: "Python eventsourcing",
        stream: "b97b12d851d856138453709e137351a6",
        version: 14,
    },
    SampleCard {
        id: "marten",
        title: "Documents",
        text: "An account's stored document has 280.94 more than its events. Which of them were skipped?",
        file: "bank.dump",
        framework: "Marten",
        stream: "486861c9-be99-4227-8108-d7cba42a841c",
        version: 9,
    },
    SampleCard {
        id: "messagedb",
        title: "Transfers",
        text: "A refund is paid twice, for one command. What happened in between?",
        file: "bank.dump",
        framework: "Message DB (Eventide)",
        stream: "account-4107",
        version: 14,
    },
    SampleCard {
        id: "kurrentdb",
        title: "Server folder",
        text: "The data folder of a server, with all that it no longer shows. Why was this order cancelled?",
        file: "db/",
        framework: "EventStoreDB",
        stream: "order-7002",
        version: 2,
    },
    SampleCard {
        id: "castore",
        title: "Parcels",
        text: "A parcel comes back. Whose van was it in, and what else was in there?",
        file: "AWSDynamoDB/",
        framework: "Castore",
        stream: "PARCELS#parcel-2009",
        version: 7,
    },
    SampleCard {
        id: "modulith",
        title: "Workshop",
        text: "A bicycle is ready, and nobody tells its owner. Which listener failed, and why?",
        file: "workshop.dump",
        framework: "Spring Modulith",
        stream: "repair-2017",
        version: 6,
    },
];

impl SampleCard {
    /// Those that lie in this folder.
    pub fn all_in(samples: Option<&Path>) -> Vec<SampleCard> {
        let is_there = |card: &SampleCard| samples.is_some_and(|samples| card.store(samples).exists());
        SAMPLES.into_iter().filter(is_there).collect()
    }

    /// Its file or folder, in the folder of all samples.
    pub fn store(&self, samples: &Path) -> PathBuf {
        samples.join(self.id).join(self.file.trim_end_matches('/'))
    }

    /// Where it opens. A card offers its sample with the reducer: to click it is to ask for both.
    pub(super) fn place(&self, samples: &Path) -> Place {
        Place {
            store: self.store(samples),
            stream: Some(self.stream.to_owned()),
            at: At::Version(Version(self.version)),
            reducer: Some(samples.join(self.id).join("reducers.mjs").to_string_lossy().into_owned()),
            ..Place::default()
        }
    }
}
