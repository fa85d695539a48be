//! The files that a teacher has chosen: what is read of them, and what is left out and why.

use crate::ui::lessons::{Refused, Results};

const MAX_FILES: usize = 500;
/// Names that are told.
const NAMED: usize = 40;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    pub results: Vec<Results>,
    /// A sentence for each file.
    pub left_out: Vec<String>,
}

impl Batch {
    /// Whether another file can be taken.
    pub fn check_room(&self) -> Result<(), Refused> {
        if self.results.len() < MAX_FILES { Ok(()) } else { Err(Refused::Many(MAX_FILES)) }
    }

    /// Takes what was read of a file. Students without a name may well have the same results; the same under one name is one file
    /// that came twice.
    pub fn take(&mut self, file: &str, results: Result<Results, Refused>) {
        let results = results.and_then(|results| self.check_room().map(|()| results));
        match results {
            Ok(results) if !results.name.is_empty() && self.results.contains(&results) => {
                self.leave_out(file, &Refused::Twice(results.name));
            }
            Ok(results) => self.results.push(results),
            Err(reason) => self.leave_out(file, &reason),
        }
    }

    pub fn leave_out(&mut self, file: &str, reason: &Refused) {
        self.left_out.push(format!("{file}: {reason}."));
    }
}

/// How many results there are, and whose.
pub fn told(results: &[Results]) -> String {
    let mut names: Vec<&str> =
        results.iter().map(|results| results.name.as_str()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    let nameless = results.len() - names.len();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let rest = [(more, "more"), (nameless, "without a name")];
    let rest =
        rest.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let whose: Vec<String> = names.into_iter().map(str::to_string).chain(rest).collect();
    match results.len() {
        0 => "No results yet.".into(),
        1 => format!("One student: {}.", whose.join(", ")),
        count => format!("{count} students: {}.", whose.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::lessons::{Record, Records};

    fn of(name: &str) -> Results {
        Results::new(name, Records::from([("gates".to_string(), Record::default())]))
    }

    #[test]
    fn a_batch_names_what_it_leaves_out_and_goes_on() {
        let mut batch = Batch::default();
        for (file, results) in [
            ("a.json", Ok(of("Ada"))),
            ("b.txt", Err(Refused::NoJson)),
            ("a (1).json", Ok(of("Ada"))),
            ("c.json", Ok(of(""))),
            ("d.json", Ok(of(""))),
        ] {
            batch.take(file, results);
        }
        assert_eq!(batch.results, [of("Ada"), of(""), of("")]);
        assert_eq!(
            batch.left_out,
            ["b.txt: it is no JSON.", "a (1).json: the same results of Ada were read before."]
        );
        assert_eq!(told(&batch.results), "3 students: Ada, 2 without a name.");
    }

    #[test]
    fn no_more_files_are_taken_than_a_school_has() {
        let mut batch = Batch::default();
        (0..=MAX_FILES).for_each(|at| batch.take(&format!("{at}.json"), Ok(of(&at.to_string()))));
        assert_eq!(batch.results.len(), MAX_FILES);
        assert_eq!(batch.left_out, ["500.json: 500 files were read, which is the most."]);
        assert!(told(&batch.results).ends_with(", 460 more."));
        assert_eq!(told(&[]), "No results yet.");
    }
}
