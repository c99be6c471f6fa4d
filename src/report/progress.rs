//! A progress bar that appears only when the work takes longer than a blink.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is done sooner than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Counts work, from any number of threads, and shows it on standard error when it takes long.
pub struct Progress {
    total: u64,
    done: AtomicU64,
    begun: Instant,
    is_terminal: bool,
    what: &'static str,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Begins to count `total` steps of `what`. Without a terminal nothing is ever shown.
    pub fn new(what: &'static str, total: usize, is_terminal: bool) -> Progress {
        let (done, bar) = (AtomicU64::new(0), OnceLock::new());
        Progress {
            total: total as u64,
            done,
            begun: Instant::now(),
            is_terminal,
            what,
            bar,
        }
    }

    /// One step is done.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.is_terminal || self.begun.elapsed() < PATIENCE {
            return;
        }
        self.bar.get_or_init(|| self.draw()).set_position(done);
    }

    fn draw(&self) -> ProgressBar {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}")
            .unwrap_or(ProgressStyle::default_bar());
        let bar =
            ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr_with_hz(12));
        bar.with_style(style).with_message(self.what)
    }
}

impl Drop for Progress {
    /// The bar leaves no trace, whether the work ended well or not.
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_work_and_pipes_show_no_bar() {
        let quick = Progress::new("reading", 2, true);
        quick.step();
        assert!(quick.bar.get().is_none());

        let mut pipe = Progress::new("reading", 2, false);
        pipe.begun -= PATIENCE * 2;
        pipe.step();
        assert!(pipe.bar.get().is_none());
        assert_eq!(pipe.done.load(Ordering::Relaxed), 1);

        let mut slow = Progress::new("reading", 2, true);
        slow.begun -= PATIENCE * 2;
        slow.step();
        assert!(slow.bar.get().is_some());
    }
}
