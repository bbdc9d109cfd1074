//! What the threads say, taken in: the store opened, the index grew, a state arrived.

use super::*;

impl App {
    pub(super) fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Opened(opened) => self.store_opened(opened),
            Answer::Failed(problem) => {
                // A store that was never read is no workspace: back to where one can try again.
                if self.opened.is_none() {
                    if let (Some(path), true) = (&self.path, problem.cause.contains("does not exist")) {
                        let gone = self.settings.recent.iter_mut().filter(|recent| recent.path == *path);
                        gone.for_each(|recent| recent.missing = true);
                    }
                    self.opening = None;
                    self.failed = Some(problem.clone());
                    self.open_problem = Some(problem);
                } else {
                    self.notice = Some(Notice::Problem(problem));
                }
            }
            Answer::Index(news) => self.index_news(news),
            Answer::Grew(events) => self.notice = Some(Notice::Grew(events)),
            Answer::Replaced => self.notice = Some(Notice::Replaced),
            Answer::Stream(news) => {
                if news.question == self.select_question
                    && let Some(stream) = &mut self.stream
                {
                    stream.types = news.types;
                    if self.columns != news.columns {
                        self.columns = news.columns;
                        self.forget_cells();
                    }
                    self.revision += 1;
                }
            }
            Answer::State(news) => self.state_news(news),
            Answer::Written { question, applied, written } => {
                if question == self.question {
                    self.written = Some((applied, written));
                }
            }
            Answer::Cells(news) => {
                if news.question >= self.select_question && self.stream.is_some() {
                    let block = news.from / CELL_BLOCK;
                    self.asked_cells.remove(&block);
                    self.cells.insert(block, Arc::new(news.rows));
                    self.cell_order.push_back(block);
                    while self.cell_order.len() > CELL_BLOCKS {
                        if let Some(old) = self.cell_order.pop_front() {
                            self.cells.remove(&old);
                        }
                    }
                }
            }
            Answer::Filtered { question, places, done } => {
                if question == self.filter_question() {
                    self.filtered = Some(places);
                    self.filtering = !done;
                }
            }
            Answer::Built { question, built } => {
                if question == self.question {
                    self.built = built;
                }
            }
            Answer::ReducerFailed { problem, .. } => self.reducer_problem = Some(problem),
            Answer::ReplayFailed(problem) => self.notice = Some(Notice::Problem(problem)),
        }
    }

    fn store_opened(&mut self, opened: Arc<Opened>) {
        self.opening = None;
        self.open_problem = None;
        self.evidence = vec![opened.path.display().to_string(), format!("{}, {}", opened.framework, opened.format)];
        self.evidence.extend(opened.evidence.iter().map(|sentence| format!("because {sentence}")));
        let path = std::path::absolute(&opened.path).unwrap_or_else(|_| opened.path.clone());
        self.settings.recent.retain(|recent| recent.path != path);
        let dialect = opened.dialect.clone();
        self.settings.recent.insert(0, Recent { path, dialect, missing: false });
        self.settings.recent.truncate(RECENT);
        self.effects.push(Effect::SaveSettings(self.settings.clone()));
        self.opened = Some(opened);
    }

    fn index_news(&mut self, news: IndexNews) {
        let first = self.news.index.events() == 0;
        self.news = news;
        if matches!(self.notice, Some(Notice::Grew(_))) {
            self.notice = None;
        }
        if self.news.reading == Reading::Stopped && self.notice.is_none() {
            let events = self.news.index.events();
            self.notice = Some(Notice::Note(format!("Reading was stopped after {events} events.")));
        }
        if first && self.news.index.streams().len() as usize > OPEN_CATEGORIES_UP_TO {
            // Only the first category is open.
            let shut = self.news.list.categories.iter().skip(1).map(|group| group.id);
            self.toggled_categories = shut.collect();
        }
        self.activity.borrow_mut().clear();
        self.flatten();
        if let Some(wanted) = self.start.stream.clone() {
            let found = self.news.index.streams().find(&wanted);
            match found {
                // While scanning, the version asked for may not be there yet.
                Some(id) if self.news.reading != Reading::Running || self.start.at.is_none() => {
                    self.start.stream = None;
                    let at = self.start.at.take();
                    self.select(id, at.as_deref());
                }
                None if self.news.reading != Reading::Running => {
                    self.start.stream = None;
                    self.notice = Some(Notice::Note(format!("There is no stream {wanted}.")));
                }
                _ => {}
            }
        }
        self.stream_grew();
        if self.stream.is_none()
            && self.news.reading != Reading::Running
            && let Some(first) = self.news.list.streams.first().copied()
        {
            self.select(first, None);
        }
    }

    /// The shown stream may have more events in the new snapshot.
    fn stream_grew(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        let events = self.news.index.streams().summary(stream.id).map_or(0, |summary| u64::from(summary.events));
        if events == stream.rows.len() {
            return;
        }
        // The last block of cells was not full.
        self.cells.remove(&(stream.rows.len() / CELL_BLOCK));
        stream.rows = self.news.index.rows_of(stream.id);
        stream.idle = idle_of(&stream.rows);
        let change = self.playback.set_len(stream.rows.len());
        self.question += 1;
        self.revision += 1;
        self.ask_select();
        self.moved(change);
        self.ask_state();
        if !self.event_filter.is_empty() {
            self.set_event_filter(self.event_filter.clone());
        }
    }

    pub(super) fn reducer_read(&mut self, read: ReducerRead) {
        // Only the last one asked for, and only for the store it was asked for.
        if self.reducer_wanted.as_ref() != Some(&read.named) {
            return;
        }
        self.reducer_wanted = None;
        self.message = None;
        match read.result {
            Ok(file) => {
                self.reducer = Some(file);
                self.reducer_problem = None;
                self.reducer_overrides.clear();
                self.reduce();
            }
            Err(problem) => {
                self.notice = Some(Notice::Problem(problem.clone()));
                self.reducer_problem = Some(problem);
            }
        }
    }

    fn state_news(&mut self, news: Box<StateNews>) {
        // An older state of the same stream is better than none while dragging; of an
        // older stream or reducer it would be wrong.
        if news.question < self.epoch {
            return;
        }
        self.wrote = news.changes.iter().take(12).map(|change| readable(&change.path)).collect();
        if news.question == self.question {
            self.stale_since = None;
            self.announcement = self.announce(&news);
        }
        self.revision += 1;
        self.shown = Some(news);
    }

    fn announce(&self, news: &StateNews) -> String {
        let Some(version) = news.version else { return "initial state".to_owned() };
        let mut text = format!("version {version}");
        if let Some(event) = &news.event {
            text.push_str(&format!(", {}", event.event_type));
        }
        if let Some(change) = news.changes.first() {
            let value = |node: &Option<Node>| node.as_ref().map(to_text);
            text.push_str(&format!(", {}", readable(&change.path)));
            match (value(&change.after), value(&change.before)) {
                (Some(after), Some(before)) => text.push_str(&format!(" {after}, was {before}")),
                (Some(after), None) => text.push_str(&format!(" {after}, new")),
                (None, Some(before)) => text.push_str(&format!(" removed, was {before}")),
                (None, None) => {}
            }
            if news.changes.len() > 1 {
                text.push_str(&format!(", and {} more", news.changes.len() - 1));
            }
        }
        text
    }
}
