//! How far we are, for a person at a terminal.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, if that is a terminal; otherwise nothing.
pub(crate) struct Progress {
    bar: ProgressBar,
    began: Instant,
    next: Instant,
    due: u64,
}

impl Progress {
    /// A bar for so many bytes, or a spinner where that is not known.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let bar = match (std::io::stderr().is_terminal(), total) {
            (false, _) => ProgressBar::hidden(),
            (true, Some(total)) => ProgressBar::new(total).with_style(style(BAR)),
            (true, None) => ProgressBar::new_spinner().with_style(style(SPINNER)),
        };
        let began = Instant::now();
        Self { bar, began, next: began, due: 0 }
    }

    /// So many packets and bytes were read. Cheap: looks at the clock only now and then.
    #[inline]
    pub(crate) fn at(&mut self, packets: u64, bytes: impl FnOnce() -> u64) {
        if packets >= self.due && !self.bar.is_hidden() {
            self.due = packets.saturating_add(EVERY);
            self.show(packets, bytes());
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }

    fn show(&mut self, packets: u64, bytes: u64) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        self.next = now + Duration::from_millis(100);
        let rate = packets as f64 / now.duration_since(self.began).as_secs_f64().max(0.001);
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{packets} packets, {rate:.0} a second"));
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

const EVERY: u64 = 1024;
const BAR: &str = "{bar:30} {bytes}/{total_bytes} ({bytes_per_sec}) {msg}";
const SPINNER: &str = "{spinner} {bytes} ({bytes_per_sec}) {msg}";
