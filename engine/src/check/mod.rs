//! Holds every op to its definition: analytic against numeric gradients, fast CPU forms and GPU variants against the
//! exact CPU kernels. The same bodies run natively and in the browser; a failing check is a line of the [`CheckReport`].

mod compare;
pub mod gradients;
mod guarded;
mod padded;
mod subject;
pub mod twins;

pub use compare::compare;
pub use subject::plans;

use std::fmt;

/// What a harness found, over all cases.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Comparisons made.
    pub compared: usize,
    /// One line for each that failed.
    pub failures: Vec<String>,
}

impl CheckReport {
    fn record(&mut self, label: impl FnOnce() -> String, result: Result<(), String>) {
        self.compared += 1;
        if let Err(what) = result {
            self.failures.push(format!("{}: {what}", label()));
        }
    }

    /// Panics with every failure, or where nothing was compared.
    pub fn expect_clean(&self) {
        assert!(self.compared > 0, "nothing was compared");
        assert!(self.failures.is_empty(), "{self}");
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} comparisons failed", self.failures.len(), self.compared)?;
        self.failures.iter().try_for_each(|failure| write!(f, "\n  {failure}"))
    }
}
